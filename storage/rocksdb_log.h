// RocksDbLog: the OperationLog of one node, in a data folder.
//
//     append           ->  commit thread      one synced batch of the store for all that is queued
//     save_checkpoint  ->  checkpoint thread
//     read             ->  reader threads
//
// Thread-safe. The destructor finishes all that was queued and closes the folder; nobody may be
// calling anything by then, and the callbacks that it still runs must not either.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ot/result.h"
#include "storage/operation_log.h"
#include "storage/read/reader_pool.h"
#include "storage/read/stored_history.h"
#include "storage/store/key_value_store.h"
#include "storage/write/checkpoint_thread.h"
#include "storage/write/commit_thread.h"

namespace cowrite::storage {

struct LogOptions {
  StoreOptions store;
  std::uint64_t disk_reserve_bytes = kDiskReserveBytes;
  DiskReserve::Measure free_bytes;  // For tests whose disk is full; asks the folder's if absent.
};

class RocksDbLog final : public OperationLog {
 public:
  // Fails as KeyValueStore::open() does, and with kErrDiskFull where less than the reserve is free.
  // REQUIRES: mode is kReadWrite, or kInMemory, where the folder is ignored.
  [[nodiscard]] static Result<std::unique_ptr<RocksDbLog>> open(const std::string& folder,
                                                                OpenMode mode,
                                                                const LogOptions& options = {});
  ~RocksDbLog() override;

  void append(Append append, std::function<void(AppendOutcome)> done) override;
  void save_checkpoint(DocumentKey key, Snapshot snapshot) override;
  void read(std::function<void(const History&)> job) override;

  // Erases for good what a deleted document ever was, from the disk too; its count of versions goes
  // on. Fails with kErrNotFound, kErrConflict if the document exists or is written meanwhile, or as
  // reading and writing do. For a thread that may block: all files are rewritten.
  [[nodiscard]] Result<void> erase(const DocumentKey& key);

  // The history, for a thread that may block.
  [[nodiscard]] const History& history() const { return history_; }

  // Appends wait until there is room on the disk again; reading goes on.
  [[nodiscard]] bool is_waiting_for_disk() const { return commits_->is_waiting_for_disk(); }
  [[nodiscard]] const DiskReserve& disk() const { return *reserve_; }

  // 32 hexadecimal digits that name these histories: another folder's differ, and so do those of
  // one that was restored from a backup, whose documents may be behind what clients have seen.
  [[nodiscard]] const std::string& history_id() const { return history_id_; }

  // The store below, for who inspects or backs up. Only the log writes to it.
  [[nodiscard]] KeyValueStore& store() { return *store_; }

  // Why the log takes nothing more; the reason for a kUnknown.
  [[nodiscard]] std::optional<Error> failure() const { return store_->failure(); }

 private:
  RocksDbLog(std::unique_ptr<KeyValueStore> store, std::unique_ptr<DiskReserve> reserve,
             std::unique_ptr<CommitThread> commits, std::string history_id);

  // Destroyed from the last to the first.
  std::unique_ptr<KeyValueStore> store_;
  std::unique_ptr<DiskReserve> reserve_;
  const std::string history_id_;
  StoredHistory history_;
  ReaderPool readers_;
  CheckpointThread checkpoints_;
  std::unique_ptr<CommitThread> commits_;
};

}  // namespace cowrite::storage
