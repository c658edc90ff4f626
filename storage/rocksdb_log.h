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

class RocksDbLog final : public OperationLog {
 public:
  // Fails as KeyValueStore::open() does. REQUIRES: mode is kReadWrite, or kInMemory, where the
  // folder is ignored.
  [[nodiscard]] static Result<std::unique_ptr<RocksDbLog>> open(const std::string& folder,
                                                                OpenMode mode);
  ~RocksDbLog() override;

  void append(Append append, std::function<void(AppendOutcome)> done) override;
  void save_checkpoint(DocumentKey key, Snapshot snapshot) override;
  void read(std::function<void(const History&)> job) override;

  // The history, for a thread that may block.
  [[nodiscard]] const History& history() const { return history_; }

  // Why the log takes nothing more; the reason for a kUnknown.
  [[nodiscard]] std::optional<Error> failure() const { return store_->failure(); }

 private:
  RocksDbLog(std::unique_ptr<KeyValueStore> store, std::unique_ptr<CommitThread> commits);

  // Destroyed from the last to the first.
  std::unique_ptr<KeyValueStore> store_;
  StoredHistory history_;
  ReaderPool readers_;
  CheckpointThread checkpoints_;
  std::unique_ptr<CommitThread> commits_;
};

}  // namespace cowrite::storage
