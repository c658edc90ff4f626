// OutputWatch: judges whether a client takes what is queued for it. It knows no socket and no
// clock.
//
// Whether the client says that it is there makes no difference: who does not read holds memory.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/transport/timing.h"

namespace cowrite::transport {

class OutputWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Queue : std::uint8_t { kEmpty, kWaiting };

  // To be called again and again, with the bytes that the client was sent so far. Returns whether
  // it took less than kOutputRateMin over all of Timing::output, while something waited.
  [[nodiscard]] bool is_stalled(Time now, std::uint64_t written, Queue queue, const Timing& timing);

 private:
  bool waiting_ = false;
  // When something began to wait, or the client was last found to take it.
  Time begun_;
  std::uint64_t written_ = 0;
};

}  // namespace cowrite::transport
