// Where the metrics come from: what the rooms of the server count, each for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "server/loop/turns.h"
#include "server/metrics/refusals.h"
#include "server/switchboard/counts.h"
#include "server/transport/connection_quota.h"
#include "server/transport/counts.h"
#include "storage/log.h"

namespace cowrite::metrics {

// What is counted on one loop.
struct LoopSources {
  const loop::Turns* turns = nullptr;
  const switchboard::Counts* switchboard = nullptr;
  const transport::Counts* transport = nullptr;
};

// REQUIRES: nothing is null when it is read.
struct Sources {
  std::string_view version;  // Of the program.
  std::vector<LoopSources> loops;
  const storage::Log* log = nullptr;
  const Refusals* refusals = nullptr;
  const transport::ConnectionQuota* quota = nullptr;
  std::function<std::uint64_t()> client_ahead_requests;
  std::function<std::uint64_t()> document_bytes;
  std::size_t document_bytes_max = 0;
  std::function<std::uint64_t()> followed_bytes;
  std::size_t followed_bytes_max = 0;
  std::size_t output_bytes_max = 0;
  std::size_t input_bytes_max = 0;
};

}  // namespace cowrite::metrics
