// CheckpointThread: archives documents (archive.h), off the commit path. Archiving makes reading
// faster and the data smaller; skipping it once loses nothing. Destroying it stores what is queued.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_map>

#include "storage/document_key.h"
#include "storage/record.h"
#include "storage/store/store.h"
#include "storage/write/disk_reserve.h"

namespace cowrite::storage {

// Bytes of text that wait to be stored; a snapshot that does not fit is dropped.
inline constexpr std::uint64_t kCheckpointBytesMax = std::uint64_t{256} << 20;

class CheckpointThread {
 public:
  // REQUIRES: the store and the reserve outlive it.
  CheckpointThread(Store& store, const DiskReserve& reserve);

  // As OperationLog::save_checkpoint(). A newer snapshot of a document takes the place of one that
  // still waits; one whose turn comes while the disk is low is dropped. Thread-safe. REQUIRES: it
  // is not being destroyed.
  void save(DocumentKey key, Snapshot snapshot);

  // Nothing is archived while the lock is held. Thread-safe.
  [[nodiscard]] std::unique_lock<std::mutex> pause() { return std::unique_lock(archiving_); }

 private:
  void run(const std::stop_token& stop);

  Store& store_;
  const DiskReserve& reserve_;

  std::mutex archiving_;  // Held while a document is being archived.

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::unordered_map<DocumentKey, Snapshot> waiting_;
  std::uint64_t waiting_bytes_ = 0;
  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace cowrite::storage
