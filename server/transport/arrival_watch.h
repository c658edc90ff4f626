// ArrivalWatch: judges whether what a client has begun to send arrives: a message, or a control
// frame. It knows no socket and no clock.
//
// Time in which we do not read is not held against the client. Where others wait for room, it is:
// what does not arrive then makes room for them.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/transport/frame_meter.h"
#include "server/transport/timing.h"

namespace cowrite::transport {

class ArrivalWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Reading : std::uint8_t { kOn, kHeld };

  // To be called again and again, with what the meter says.
  void look(Time now, const FrameMeter& meter, Reading reading);

  // It pauses for too long, or comes so slowly that it is not waited for.
  [[nodiscard]] bool is_late(const Timing& timing) const;
  // It pauses, or comes slower than kInputRateMin.
  [[nodiscard]] bool is_stalled(const Timing& timing) const;

 private:
  void begin(Time now, const FrameMeter& meter);

  bool in_progress_ = false;
  std::uint64_t number_ = 0;  // Of what is in progress.
  std::uint64_t received_ = 0;
  Time looked_;
  std::chrono::nanoseconds read_time_{};  // Since it began, while it was read.
  std::chrono::nanoseconds quiet_{};      // Of that, since its last byte.
  std::chrono::nanoseconds pause_{};      // Since its last byte, read or not.
};

}  // namespace cowrite::transport
