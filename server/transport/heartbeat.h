// Heartbeat: finds out whether a client is still there, from how the bytes of its connection move.
// Knows no socket and no clock.
//
// A client that was silent for a while is pinged, and given up if it stays silent. Any byte from it
// is a sign of life. So are bytes that the kernel takes of what was queued before the ping: a long
// text on a slow line is no reason to hang up.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/transport/timing.h"

namespace cowrite::transport {

class Heartbeat {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Verdict { kFine, kPing, kGone };

  // How far the stream has come, in bytes.
  struct Progress {
    std::uint64_t read = 0;
    std::uint64_t written = 0;
  };

  explicit Heartbeat(Time now) : sign_of_life_(now) {}

  // To be called again and again. After kPing the caller sends a ping and calls pinged().
  [[nodiscard]] Verdict check(Time now, Progress progress, const Timing& timing);

  // A ping was queued; it is written when `ping_end` bytes are.
  void pinged(Time now, std::uint64_t ping_end);

  // Instead of check() while we do not read, and so cannot know.
  void suspend(Time now);

 private:
  Time sign_of_life_;
  Progress seen_;
  bool pinged_ = false;
  std::uint64_t ping_end_ = 0;
};

}  // namespace cowrite::transport
