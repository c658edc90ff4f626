// The limits of presence channels, each with its reason.
#pragma once

#include <chrono>

namespace cowrite::presence {

// A channel asks its listeners for their presences once within this time at most: each question is
// answered by everybody to everybody. Who joins sees the others soon enough.
inline constexpr std::chrono::milliseconds kCallPeriod{250};

}  // namespace cowrite::presence
