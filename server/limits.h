// The limits of the whole process, each with its reason. What belongs to one room stands in its own
// limits.h. Sizes are bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/http/limits.h"
#include "server/session/limits.h"
#include "server/transport/timing.h"

namespace cowrite::server {

// The memory budget, unless --memory says otherwise, and the least that it may say: half of it is
// for open documents, half for the store. Idle documents leave at once where the open ones exceed
// their half; those that somebody follows or writes do not count on it.
inline constexpr std::uint64_t kMemoryBytes = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kMemoryBytesMin = std::uint64_t{32} << 20;

// Threads that serve connections: as many as the largest machines have cores for it.
inline constexpr unsigned kLoopsMax = 64;

// How often the log is told how much more there was of what happens again and again.
inline constexpr std::chrono::milliseconds kRepeatsSweep{1'000};

// Connections to the address for metrics: those who watch a server are few, and no machine of
// theirs keeps the others from it.
inline constexpr std::size_t kMetricsConnectionsMax = 64;
inline constexpr std::size_t kMetricsConnectionsPerAddress = 16;

static_assert(kMemoryBytesMin <= kMemoryBytes);
static_assert(http::kBodyBytesMax == transport::kMessageBytesMax,
              "a record that came in a message can be imported");
static_assert(std::chrono::seconds(http::kWaitSecondsMax) < transport::Timing{}.response);
static_assert(http::kOperatorResponseTime < transport::Timing{}.response);

}  // namespace cowrite::server
