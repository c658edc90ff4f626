// The limits of the whole process, each with its reason. What belongs to one room stands in its own
// limits.h. Sizes are bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/http/limits.h"
#include "server/session/limits.h"
#include "server/transport/limits.h"
#include "server/transport/timing.h"

namespace cowrite::server {

// The memory budget, unless --memory says otherwise, and the least that it may say.
inline constexpr std::uint64_t kMemoryBytes = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kMemoryBytesMin = std::uint64_t{32} << 20;

// What each part of the process may take of it; README.md of this folder says who pays when one is
// used up. The sixteenths that are left are the log's, for what waits for the disk
// (storage::kWaitingShare).
struct MemoryShares {
  explicit constexpr MemoryShares(std::uint64_t memory_bytes)
      : store(memory_bytes / 32 * 9),
        documents(memory_bytes / 4),
        output(memory_bytes / 64 * 7),
        escaped(memory_bytes / 64),
        input(memory_bytes / 8),
        followed(memory_bytes / 32 * 3) {}

  std::uint64_t store;      // What is read from the disk, and what is not written there yet.
  std::uint64_t documents;  // Open documents, and texts on their way to clients.
  std::uint64_t output;     // Queued for clients.
  std::uint64_t escaped;    // Pieces of long texts that several are sent.
  std::uint64_t input;      // Messages and bodies that are not there whole, and unanswered ones.
  std::uint64_t followed;   // Subscriptions, channels, presences, and reads that wait.
};

// File descriptors. The store keeps a quarter of all for its tables, within these: with the least
// it works, if slower, and the most are tables of a quarter of a terabyte.
inline constexpr std::size_t kStoreTablesMin = 64;
inline constexpr std::size_t kStoreTablesMax = 4'096;

// What else the store may have open: logs, what it writes in the background, the folder's own files
// and those of a backup.
inline constexpr std::size_t kStoreOtherFiles = 64;

// The standard streams, the log's and the listening sockets, and a thread's that reads /proc; and
// for each loop its own, with a connection that is being turned away.
inline constexpr std::size_t kOtherFiles = 32;
inline constexpr std::size_t kFilesOfLoop = 8;

// With fewer connections there is no point in serving.
inline constexpr std::size_t kConnectionsMin = 16;

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
