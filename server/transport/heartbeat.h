// Heartbeat: judges from the progress of a connection's bytes whether its client is still there. It
// knows no socket and no clock.
//
// A client that was silent for a while is pinged, and given up if it stays silent. Any byte from it
// is a sign of life, and so are bytes that the kernel takes of what was queued before the ping: a
// client that reads a long text over a slow line is not dropped.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/transport/timing.h"

namespace cowrite::transport {

class Heartbeat {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Verdict { kFine, kPing, kGone };

  // The bytes of the stream so far.
  struct Progress {
    std::uint64_t read = 0;
    std::uint64_t written = 0;
  };

  explicit Heartbeat(Time now) : sign_of_life_(now) {}

  // To be called again and again. After kPing the caller sends a ping and calls pinged().
  [[nodiscard]] Verdict check(Time now, Progress progress, const Timing& timing);

  // A ping was queued; it is written when `ping_end` bytes are.
  void pinged(Time now, std::uint64_t ping_end);

  // To be called instead of check() while reading is paused: the client's silence means nothing.
  void suspend(Time now);

 private:
  Time sign_of_life_;
  Progress seen_;
  bool pinged_ = false;
  std::uint64_t ping_end_ = 0;
};

}  // namespace cowrite::transport
