// RocksDbLog: the Log of one node, in a data folder.
//
//     append                 ->  commit thread      one synced batch of the store for all that is
//     queued save_checkpoint, pack  ->  checkpoint thread read                   ->  reader threads
//
// Thread-safe. The destructor finishes the appends and checkpoints that are queued, drops the reads
// (read/reader_pool.h), and closes the folder. By then no method may be running, or be called from
// the callbacks that it still runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ot/base/result.h"
#include "storage/limits.h"
#include "storage/log.h"
#include "storage/read/latest_history.h"
#include "storage/read/reader_pool.h"
#include "storage/store/rocksdb_store.h"
#include "storage/write/checkpoint_thread.h"
#include "storage/write/commit_thread.h"

namespace cowrite::storage {

// Of the memory budget, what may wait to be committed, and of texts to be stored as checkpoints: a
// sixteenth each, so that a disk that does not keep up leaves most of it to what is served.
inline constexpr std::uint64_t kWaitingShare = 16;

struct LogOptions {
  StoreOptions store;
  std::uint64_t memory_bytes =
      2 * kStoreMemoryBytes;  // The budget, of which the store's is a part.
  std::uint64_t disk_reserve_bytes = kDiskReserveBytes;
  DiskReserve::Measure free_bytes;  // For tests whose disk is full; absent: the folder's.
};

class RocksDbLog final : public Log {
 public:
  // If less than the reserve is free, what a folder holds can be read, and appends wait until there
  // is room. Fails as RocksDbStore::open() does, and with kErrDiskFull if it then holds nothing.
  // REQUIRES: mode is kReadWrite, or kInMemory, where the folder is ignored.
  [[nodiscard]] static Result<std::unique_ptr<RocksDbLog>> open(const std::string& folder,
                                                                OpenMode mode,
                                                                const LogOptions& options = {});
  ~RocksDbLog() override;

  using OperationLog::append;
  void append(std::vector<Append> appends, std::function<void(const Outcomes&)> done) override;
  void save_checkpoint(DocumentKey key, Snapshot snapshot) override;
  void pack(DocumentKey key, std::uint64_t version) override;
  void read(const ReadOrder& order, std::function<void(const History&)> job) override;

  [[nodiscard]] const History& history() const override { return history_; }
  [[nodiscard]] const RocksDbStore& store() const override { return *store_; }
  [[nodiscard]] RocksDbStore& store() { return *store_; }  // For tests that plant damage.
  [[nodiscard]] Result<void> erase(const DocumentKey& key) override;
  [[nodiscard]] Result<BackupInfo> back_up(const std::string& folder,
                                           const CopyProgress& progress) override;
  void interrupt() override { store_->interrupt(); }
  [[nodiscard]] const std::string& history_id() const override { return history_id_; }
  [[nodiscard]] LogHealth health() const override;
  [[nodiscard]] LogStatistics statistics() const override;
  [[nodiscard]] std::optional<Error> failure() const override { return store_->failure(); }

 private:
  RocksDbLog(std::unique_ptr<RocksDbStore> store, std::unique_ptr<DiskReserve> reserve,
             std::unique_ptr<CommitThread> commits, std::string history_id,
             std::uint64_t checkpoint_bytes_max);

  // Destroyed from the last to the first.
  std::unique_ptr<RocksDbStore> store_;
  std::unique_ptr<DiskReserve> reserve_;
  const std::string history_id_;
  LatestHistory history_;
  ReaderPool readers_;
  CheckpointThread checkpoints_;
  std::unique_ptr<CommitThread> commits_;
};

}  // namespace cowrite::storage
