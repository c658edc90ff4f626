// The clock of a run. It never goes back.
#pragma once

#include <chrono>

namespace cowrite::load {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::nanoseconds;

[[nodiscard]] inline double seconds_of(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}
[[nodiscard]] inline Clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// From `begin` until just before `end`.
struct Window {
  Time begin = Time::max();
  Time end = Time::max();

  [[nodiscard]] bool has(Time time) const { return begin <= time && time < end; }
};

}  // namespace cowrite::load
