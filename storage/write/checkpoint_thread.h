// CheckpointThread: archives documents (archive.h), off the commit path. Archiving makes reading
// faster and the data smaller; skipping it once loses nothing. Destroying it stores what is queued.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <unordered_map>

#include "storage/document_key.h"
#include "storage/record.h"
#include "storage/store/store.h"
#include "storage/write/disk_reserve.h"
#include "storage/write/open_segments.h"

namespace cowrite::storage {

class CheckpointThread {
 public:
  // Of texts that wait to be stored, one that would exceed bytes_max is dropped, unless it is
  // alone. REQUIRES: the store and the reserve outlive it.
  CheckpointThread(Store& store, const DiskReserve& reserve, std::uint64_t bytes_max);

  // As OperationLog::save_checkpoint(). A newer snapshot of a document takes the place of one that
  // still waits; one whose turn comes while the disk is low is dropped. Thread-safe. REQUIRES: it
  // is not being destroyed.
  void save(DocumentKey key, Snapshot snapshot);
  // As OperationLog::pack(); likewise.
  void pack(DocumentKey key, std::uint64_t version);

  // Nothing is archived while the lock is held. Thread-safe.
  [[nodiscard]] std::unique_lock<std::mutex> pause() { return std::unique_lock(archiving_); }

 private:
  // What is to be done for a document.
  struct Work {
    std::optional<Snapshot> checkpoint;
    std::uint64_t packed = 0;  // Records below it are to be packed.

    [[nodiscard]] std::uint64_t bytes() const { return checkpoint ? checkpoint->text.bytes() : 0; }
  };

  void run(const std::stop_token& stop);

  Store& store_;
  const DiskReserve& reserve_;
  const std::uint64_t bytes_max_;

  std::mutex archiving_;   // Held while a document is being archived.
  OpenSegments segments_;  // Of the thread alone.

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::unordered_map<DocumentKey, Work> waiting_;
  std::uint64_t waiting_bytes_ = 0;
  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace cowrite::storage
