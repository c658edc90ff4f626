// What is counted of a log since it was opened, whatever keeps it.
#pragma once

#include <array>
#include <cstdint>

#include "storage/counting/histogram.h"

namespace cowrite::storage {

// Bounds of how many records a batch has.
inline constexpr std::array kBatchRecords = {1.0,   2.0,   5.0,   10.0,    20.0,    50.0,
                                             100.0, 200.0, 500.0, 1'000.0, 2'000.0, 5'000.0};

struct LogStatistics {
  // Appends by their outcome.
  std::uint64_t committed = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;

  // Of appends that were committed, from when they were queued.
  counting::HistogramCounts commit_seconds;
  counting::HistogramCounts batch_records;
  std::uint64_t record_bytes = 0;  // Of keys and values, in all batches.

  // Now.
  std::uint64_t queued_bytes = 0;  // About, of appends that wait.
  std::uint64_t reads_waiting = 0;
};

}  // namespace cowrite::storage
