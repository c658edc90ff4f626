// A data folder as an Operator, opened as a server opens it.
#include <chrono>
#include <utility>

#include "server/history/record_writer.h"
#include "server/history/restoration.h"
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

  Result<http::BackupDone> back_up(const std::string& folder) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const auto begin = std::chrono::steady_clock::now();
    const Result<storage::BackupInfo> made = log_->back_up(folder);
    if (!made) return made.error();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return http::BackupDone{*made, static_cast<std::uint64_t>(took.count())};
  }

  Result<void> restore_all(const std::string& backups) override {
    if (Result<void> restored = storage::RocksDbStore::restore(backups, folder_); !restored) {
      return restored;
    }
    const Result<std::unique_ptr<storage::RocksDbStore>> store =
        storage::RocksDbStore::open(folder_, storage::OpenMode::kReadWrite);
    if (!store) return store.error();
    return storage::renew_history_id(**store);
  }

  Result<http::ChangeDone> restore(const storage::DocumentKey& key,
                                   const storage::VersionSelector& place,
                                   const std::optional<std::string>& as,
                                   const std::string& author) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    if (as) return restore_as(key, place, {key.collection(), *as}, author);
    Result<history::Restoration> restoration =
        history::make_restoration(log_->history(), key, place);
    if (!restoration) return restoration.error();
    if (!restoration->change) return http::ChangeDone{restoration->base, false};
    return change(key, restoration->base, std::move(*restoration->change), author);
  }

  Result<http::ChangeDone> remove(const storage::DocumentKey& key,
                                  const std::string& author) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const Result<storage::DocumentInfo> info = history::read_info(log_->history(), key);
    if (!info) return info.error();
    if (!info->exists) return http::ChangeDone{info->version, false};
    return change(key, info->version, storage::Delete{}, author);
  }

  Result<http::ChangeDone> purge(const storage::DocumentKey& key) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const Result<storage::DocumentInfo> info = history::read_info(log_->history(), key);
    if (!info) return info.error();
    if (const Result<void> erased = log_->erase(key); !erased) return erased.error();
    return http::ChangeDone{info->version, true};
  }

  Result<std::uint64_t> append(const storage::DocumentKey& key,
                               const std::vector<storage::Record>& records) override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    return history::append_records(*log_, key, records, [] { return true; });
  }

 private:
  // Never makes a folder: it would be a misspelt one.
  Result<void> open() {
    if (log_) return {};
    const Result<storage::FolderContent> content = storage::look_into(folder_);
    if (!content) return content.error();
    if (*content == storage::FolderContent::kNothing) {
      return Error{storage::kErrNotFound, "folder " + folder_ + " holds no cowrite data"};
    }
    Result<std::unique_ptr<storage::RocksDbLog>> log =
        storage::RocksDbLog::open(folder_, storage::OpenMode::kReadWrite);
    if (!log) return log.error();
    log_ = std::move(*log);
    source_ = read_folder(log_->store(), folder_);
    return {};
  }

  Result<http::ChangeDone> restore_as(const storage::DocumentKey& key,
                                      const storage::VersionSelector& place,
                                      const storage::DocumentKey& as, const std::string& author) {
    Result<history::VersionText> text = history::read_text(log_->history(), key, place);
    if (!text) return text.error();
    const Result<std::optional<storage::DocumentInfo>> info = log_->history().info(as);
    if (!info) return info.error();
    if (*info && (*info)->exists) {
      return Error{storage::kErrConflict, storage::describe(as) + ": it exists already"};
    }
    return change(as, *info ? (*info)->version : 0, storage::Create{std::move(text->text)}, author);
  }

  Result<http::ChangeDone> change(const storage::DocumentKey& key, std::uint64_t base,
                                  storage::Change change, const std::string& author) {
    const Result<std::uint64_t> version = history::append_change(
        *log_, key, base, std::move(change), author, now_ms(), [] { return true; });
    if (!version) return version.error();
    return http::ChangeDone{*version, true};
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
