// Store: tables of keys and values, sorted by key, read through views and written in atomic
// batches. Everything that reads or archives histories stands on it, so there is one version of
// that whatever keeps the bytes. Knows nothing of what the bytes mean (FORMAT.md).
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>

#include "ot/base/result.h"
#include "storage/counting/histogram.h"
#include "storage/store/view.h"
#include "storage/store/write_batch.h"

namespace cowrite::storage {

enum class Durability {
  kSynced,   // Durable when write() returns, together with everything written before.
  kWritten,  // Survives the process. A power cut may take it, and then takes all that was written
             // later, too.
};

struct StoreStatistics {
  std::uint64_t file_bytes = 0;        // Of tables on disk, without the write-ahead log.
  std::uint64_t unflushed_bytes = 0;   // In memory; on disk in the log only.
  std::uint64_t cache_bytes = 0;       // In memory, the unflushed included.
  std::uint64_t memory_bytes_max = 0;  // The bound of cache_bytes.
  std::uint64_t compaction_bytes = 0;  // About how many are due to be compacted.
  std::uint64_t log_bytes = 0;         // Of the write-ahead log on disk.

  // While compaction does not keep up.
  bool writes_are_delayed = false;
  bool writes_are_stopped = false;

  // Since it was opened.
  std::uint64_t delays = 0;  // How often writes became delayed / stopped.
  std::uint64_t stops = 0;
  std::uint64_t log_bytes_written = 0;
  std::uint64_t other_bytes_written = 0;  // To all other files, by flushing and compacting.
  counting::HistogramCounts log_sync_seconds = {};
};

class Store {
 public:
  virtual ~Store() = default;

  // The store as it is now. Cheap. REQUIRES: the store outlives the view.
  [[nodiscard]] virtual std::unique_ptr<const View> view() const = 0;

  // After a failure nobody knows what is on disk, and every later call fails, too. REQUIRES: the
  // store was not opened read-only.
  [[nodiscard]] virtual Result<void> write(const WriteBatch& batch, Durability durability) = 0;

  [[nodiscard]] virtual StoreStatistics statistics() const = 0;
};

}  // namespace cowrite::storage
