// The limits of what the switchboard keeps open, each with its reason.
#pragma once

#include <chrono>
#include <cstddef>

namespace cowrite::switchboard {

// A document that nobody needs leaves memory after one to two of these: two sweeps must find it
// idle.
inline constexpr std::chrono::seconds kIdleDocument{30};

// Documents that are looked at when memory is wanted, before other work goes on: so that many that
// are in use do not stop a loop.
inline constexpr std::size_t kEvictionLooksMax = 32;

// Records that are dated later than the clock by more are worth a notice: clocks that are set by
// the network differ by less.
inline constexpr std::chrono::milliseconds kClockDifferenceMax{60'000};

// After SIGTERM: how long clients get to take what is queued for them and to answer the close.
inline constexpr std::chrono::milliseconds kDrain{3'000};

}  // namespace cowrite::switchboard
