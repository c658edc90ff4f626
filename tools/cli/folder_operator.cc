// A data folder as an Operator, opened as a server opens it.
#include <chrono>
#include <utility>

#include "server/api/record_writer.h"
#include "server/api/restoration.h"
#include "storage/errors.h"
#include "storage/rocksdb_log.h"
#include "storage/store/data_folder.h"
#include "storage/store/history_id.h"
#include "tools/cli/operator.h"

namespace cowrite::cli {
namespace {

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class FolderOperator final : public Operator {
 public:
  explicit FolderOperator(std::string folder) : folder_(std::move(folder)) {}

  Result<DocumentSource*> source() override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    return source_.get();
  }

  Result<server::BackupDone> back_up(const std::string& folder) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const auto begin = std::chrono::steady_clock::now();
    const Result<storage::BackupInfo> made = log_->store().back_up(folder);
    if (!made) return made.error();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return server::BackupDone{*made, static_cast<std::uint64_t>(took.count())};
  }

  Result<void> restore_all(const std::string& backups) override {
    if (Result<void> restored = storage::KeyValueStore::restore(backups, folder_); !restored)
      return restored;
    const Result<std::unique_ptr<storage::KeyValueStore>> store =
        storage::KeyValueStore::open(folder_, storage::OpenMode::kReadWrite);
    if (!store) return store.error();
    return storage::renew_history_id(**store);
  }

  Result<server::ChangeDone> restore(const storage::DocumentKey& key, const server::Place& place,
                                     const std::optional<std::string>& as,
                                     const std::string& author) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    if (as) return restore_as(key, place, {key.collection, *as}, author);
    Result<server::Restoration> restoration = server::make_restoration(log_->history(), key, place);
    if (!restoration) return restoration.error();
    if (!restoration->change) return server::ChangeDone{restoration->base, false};
    return change(key, restoration->base, std::move(*restoration->change), author);
  }

  Result<server::ChangeDone> remove(const storage::DocumentKey& key,
                                    const std::string& author) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const Result<storage::DocumentInfo> info = server::read_info(log_->history(), key);
    if (!info) return info.error();
    if (!info->exists) return server::ChangeDone{info->version, false};
    return change(key, info->version, storage::Delete{}, author);
  }

  Result<server::ChangeDone> purge(const storage::DocumentKey& key) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const Result<storage::DocumentInfo> info = server::read_info(log_->history(), key);
    if (!info) return info.error();
    if (const Result<void> erased = log_->erase(key); !erased) return erased.error();
    return server::ChangeDone{info->version, true};
  }

  Result<std::uint64_t> append(const storage::DocumentKey& key,
                               const std::vector<storage::Record>& records) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    return server::append_records(*log_, key, records, [] { return true; });
  }

 private:
  // Never makes a folder: it would be a misspelt one.
  Result<void> open() {
    if (log_) return {};
    const Result<storage::FolderContent> content = storage::look_into(folder_);
    if (!content) return content.error();
    if (*content == storage::FolderContent::kNothing)
      return Error{storage::kErrNotFound, "folder " + folder_ + " holds no cowrite data"};
    Result<std::unique_ptr<storage::RocksDbLog>> log =
        storage::RocksDbLog::open(folder_, storage::OpenMode::kReadWrite);
    if (!log) return log.error();
    log_ = std::move(*log);
    source_ = read_folder(log_->store(), folder_);
    return {};
  }

  Result<server::ChangeDone> restore_as(const storage::DocumentKey& key, const server::Place& place,
                                        const storage::DocumentKey& as, const std::string& author) {
    Result<server::VersionText> text = server::read_text(log_->history(), key, place);
    if (!text) return text.error();
    const Result<std::optional<storage::DocumentInfo>> info = log_->history().info(as);
    if (!info) return info.error();
    if (*info && (*info)->exists)
      return Error{storage::kErrConflict, server::display_name(as) + ": it exists already"};
    return change(as, *info ? (*info)->version : 0, storage::Create{std::move(text->text)}, author);
  }

  Result<server::ChangeDone> change(const storage::DocumentKey& key, std::uint64_t base,
                                    storage::Change change, const std::string& author) {
    const Result<std::uint64_t> version = server::append_change(
        *log_, key, base, std::move(change), author, now_ms(), [] { return true; });
    if (!version) return version.error();
    return server::ChangeDone{*version, true};
  }

  const std::string folder_;
  std::unique_ptr<storage::RocksDbLog> log_;  // Once it is needed.
  std::unique_ptr<DocumentSource> source_;    // On it.
};

}  // namespace

std::unique_ptr<Operator> operate_folder(const std::string& folder) {
  return std::make_unique<FolderOperator>(folder);
}

}  // namespace cowrite::cli
