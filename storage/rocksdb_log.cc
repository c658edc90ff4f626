#include "storage/rocksdb_log.h"

#include <utility>

namespace cowrite::storage {

Result<std::unique_ptr<RocksDbLog>> RocksDbLog::open(const std::string& folder, OpenMode mode) {
  CHECK(mode != OpenMode::kReadOnly);
  Result<std::unique_ptr<KeyValueStore>> store = KeyValueStore::open(folder, mode);
  if (!store) {
    return store.error();
  }
  Result<std::unique_ptr<CommitThread>> commits = CommitThread::start(**store);
  if (!commits) {
    return commits.error();
  }
  return std::unique_ptr<RocksDbLog>(new RocksDbLog(*std::move(store), *std::move(commits)));
}

RocksDbLog::RocksDbLog(std::unique_ptr<KeyValueStore> store, std::unique_ptr<CommitThread> commits)
    : store_(std::move(store)),
      history_(*store_),
      readers_(history_),
      checkpoints_(*store_),
      commits_(std::move(commits)) {}

RocksDbLog::~RocksDbLog() = default;

void RocksDbLog::append(Append append, std::function<void(AppendOutcome)> done) {
  commits_->append(std::move(append), std::move(done));
}

void RocksDbLog::save_checkpoint(DocumentKey key, Snapshot snapshot) {
  checkpoints_.save(std::move(key), std::move(snapshot));
}

void RocksDbLog::read(std::function<void(const History&)> job) { readers_.read(std::move(job)); }

}  // namespace cowrite::storage
