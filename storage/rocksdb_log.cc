#include "storage/rocksdb_log.h"

#include <future>
#include <optional>
#include <utility>

#include "ot/base/check.h"
#include "storage/errors.h"
#include "storage/format/keys.h"
#include "storage/store/data_folder.h"
#include "storage/store/heads.h"
#include "storage/store/history_id.h"
#include "storage/write/archive.h"

namespace cowrite::storage {
namespace {

DiskReserve::Measure measure(const std::string& folder, OpenMode mode, const LogOptions& options) {
  if (options.free_bytes) return options.free_bytes;
  return mode == OpenMode::kReadWrite ? DiskReserve::of_folder(folder)
                                      : [] { return DiskReserve::kUnlimited; };
}

bool holds_data(const std::string& folder) {
  const Result<FolderContent> content = look_into(folder);
  return content && *content == FolderContent::kDatabase;
}

// An erasure of all that the document is now.
Result<Erasure> prepare_erasure(const View& view, const DocumentKey& key) {
  const Result<std::optional<Head>> head = read_head(view, key);
  if (!head) return head.error();
  if (!*head) return Error{kErrDocumentUnknown, describe(key) + ": no such document"};
  const Result<ChainValue> chain = newest_chain_value(view, key, **head);
  if (!chain) return about(key, chain.error());
  return Erasure{key, (*head)->version, *chain};
}

}  // namespace

Result<std::unique_ptr<RocksDbLog>> RocksDbLog::open(const std::string& folder, OpenMode mode,
                                                     const LogOptions& options) {
  CHECK(mode == OpenMode::kReadWrite || mode == OpenMode::kInMemory);
  auto reserve =
      std::make_unique<DiskReserve>(measure(folder, mode, options), options.disk_reserve_bytes);
  const bool is_low = reserve->is_low();
  if (is_low && !holds_data(folder)) {
    return Error{kErrDiskFull, "the disk of folder " + folder + " has " +
                                   std::to_string(*reserve->free_bytes()) +
                                   " bytes free, fewer than the reserve of " +
                                   std::to_string(reserve->reserve_bytes())};
  }
  Result<std::unique_ptr<RocksDbStore>> store =
      RocksDbStore::open(folder, is_low ? OpenMode::kWriteLater : mode, options.store);
  if (!store) return store.error();
  Result<std::string> history_id = load_or_create_history_id(**store);
  if (!history_id) return history_id.error();
  Result<std::unique_ptr<CommitThread>> commits =
      CommitThread::start(**store, *reserve, options.memory_bytes / kWaitingShare);
  if (!commits) return commits.error();
  return std::unique_ptr<RocksDbLog>(new RocksDbLog(*std::move(store), std::move(reserve),
                                                    *std::move(commits), *std::move(history_id),
                                                    options.memory_bytes / kWaitingShare));
}

RocksDbLog::RocksDbLog(std::unique_ptr<RocksDbStore> store, std::unique_ptr<DiskReserve> reserve,
                       std::unique_ptr<CommitThread> commits, std::string history_id,
                       std::uint64_t checkpoint_bytes_max)
    : store_(std::move(store)),
      reserve_(std::move(reserve)),
      history_id_(std::move(history_id)),
      history_(*store_),
      readers_(*store_),
      checkpoints_(*store_, *reserve_, checkpoint_bytes_max),
      commits_(std::move(commits)) {}

RocksDbLog::~RocksDbLog() = default;

void RocksDbLog::append(std::vector<Append> appends, std::function<void(const Outcomes&)> done) {
  commits_->append(std::move(appends), std::move(done));
}

void RocksDbLog::save_checkpoint(DocumentKey key, Snapshot snapshot) {
  checkpoints_.save(std::move(key), std::move(snapshot));
}

void RocksDbLog::pack(DocumentKey key, std::uint64_t version) {
  checkpoints_.pack(std::move(key), version);
}

void RocksDbLog::read(const ReadOrder& order, std::function<void(const History&)> job) {
  readers_.read(order, std::move(job));
}

Result<void> RocksDbLog::erase(const DocumentKey& key) {
  const std::unique_lock<std::mutex> paused = checkpoints_.pause();
  Result<Erasure> erasure = prepare_erasure(*store_->view(), key);
  if (!erasure) return erasure.error();
  std::promise<AppendOutcome> outcome;
  commits_->erase(*std::move(erasure),
                  [&outcome](AppendOutcome known) { outcome.set_value(known); });
  switch (outcome.get_future().get()) {
    case AppendOutcome::kCommitted:
      return store_->compact();
    case AppendOutcome::kConflict:
      return Error{kErrConflict, describe(key) + ": it exists; delete it first"};
    case AppendOutcome::kRefused:
    case AppendOutcome::kUnknown:
      break;
  }
  if (std::optional<Error> failed = failure()) return *std::move(failed);
  if (health().waits_for_disk) {
    return Error{kErrDiskFull, describe(key) + ": less of the disk is free than the reserve, " +
                                   "and erasing rewrites all files"};
  }
  return Error{kErrBusy, describe(key) + ": the log takes nothing now"};
}

Result<BackupInfo> RocksDbLog::back_up(const std::string& folder, const CopyProgress& progress) {
  // A flush that finds no room would stop the writes, too.
  return store_->back_up(folder, reserve_->is_low() ? BeforeBackup::kNothing : BeforeBackup::kFlush,
                         progress);
}

LogHealth RocksDbLog::health() const {
  return {.waits_for_disk = commits_->is_waiting_for_disk() || reserve_->is_low(),
          .disk_free_bytes = reserve_->free_bytes(),
          .disk_reserve_bytes = reserve_->reserve_bytes()};
}

LogStatistics RocksDbLog::statistics() const {
  LogStatistics statistics = commits_->statistics();
  statistics.reads_waiting = readers_.waiting();
  return statistics;
}

}  // namespace cowrite::storage
