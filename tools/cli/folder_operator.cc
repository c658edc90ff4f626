// A data folder as an Operator, opened as a server opens it.
#include <chrono>
#include <utility>

#include "server/history/record_writer.h"
#include "storage/errors.h"
#include "storage/rocksdb_log.h"
#include "storage/store/data_folder.h"
#include "tools/cli/operator.h"

namespace cowrite::cli {
namespace {

class FolderOperator final : public Operator {
 public:
  FolderOperator(std::string folder, std::int64_t now_ms, Upgraded upgraded)
      : folder_(std::move(folder)), now_ms_(now_ms), upgraded_(std::move(upgraded)) {}

  Result<DocumentSource*> source() override {
    if (const Result<void> opened = open(); !opened) return opened.error();
    return source_.get();
  }

  Result<http::BackupDone> back_up(const std::string& folder,
                                   const storage::CopyProgress& progress) override {
    if (const Result<void> found = find_data(); !found) return found.error();
    const auto begin = std::chrono::steady_clock::now();
    // Other writers are kept away, and nothing is written: data of an older format is backed up as
    // it is.
    const Result<std::unique_ptr<storage::RocksDbStore>> store =
        storage::RocksDbStore::open(folder_, storage::OpenMode::kWriteLater);
    if (!store) return store.error();
    const Result<storage::BackupInfo> made =
        (*store)->back_up(folder, storage::BeforeBackup::kNothing, progress);
    if (!made) return made.error();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return http::BackupDone{*made, static_cast<std::uint64_t>(took.count())};
  }

  Result<storage::RestoredBackup> restore_all(const std::string& backups,
                                              storage::DamagedDocuments damaged,
                                              const storage::CopyProgress& progress) override {
    return storage::restore_backup(backups, folder_, damaged, progress);
  }

  Result<history::ChangeDone> restore(const storage::DocumentKey& key,
                                      const storage::VersionSelector& at,
                                      const std::optional<std::string>& as,
                                      const std::string& author) override {
    return change([&](history::Changes& changes) {
      return as ? changes.restore_as(key, at, {key.collection(), *as}, author)
                : changes.restore(key, at, author);
    });
  }

  Result<history::ChangeDone> remove(const storage::DocumentKey& key,
                                     const std::string& author) override {
    return change([&](history::Changes& changes) { return changes.remove(key, author); });
  }

  Result<history::ChangeDone> purge(const storage::DocumentKey& key) override {
    return change([&](history::Changes& changes) { return changes.purge(key); });
  }

  Result<void> check(const storage::DocumentKey&, const storage::Record&) const override {
    return {};
  }

  Result<history::ChangeDone> append(const storage::DocumentKey& key,
                                     const std::vector<storage::Record>& records) override {
    return change([&](history::Changes& changes) { return changes.append(key, records); });
  }

 private:
  // No folder is ever made: it would be a misspelt one.
  [[nodiscard]] Result<void> find_data() const {
    const Result<storage::FolderContent> content = storage::look_into(folder_);
    if (!content) return content.error();
    if (*content == storage::FolderContent::kNothing) {
      return Error{storage::kErrNotFound, "folder " + folder_ + " holds no cowrite data"};
    }
    return {};
  }

  Result<void> open() {
    if (log_) return {};
    if (Result<void> found = find_data(); !found) return found;
    Result<std::unique_ptr<storage::RocksDbLog>> log = storage::RocksDbLog::open(
        folder_, storage::OpenMode::kReadWrite, {.store = {.upgraded = upgraded_}});
    if (!log) return log.error();
    log_ = std::move(*log);
    source_ = read_folder(log_->store(), folder_);
    return {};
  }

  template <typename Change>
  Result<history::ChangeDone> change(Change make) {
    if (const Result<void> opened = open(); !opened) return opened.error();
    const storage::KeepWaiting always = [] { return true; };
    history::LogSink sink(*log_, now_ms_, always);
    history::Room room;
    history::Changes changes(*log_, sink, room, always);
    return make(changes);
  }

  const std::string folder_;
  const std::int64_t now_ms_;
  const Upgraded upgraded_;
  std::unique_ptr<storage::RocksDbLog> log_;  // Once it is needed.
  std::unique_ptr<DocumentSource> source_;    // On it.
};

}  // namespace

std::unique_ptr<Operator> operate_folder(const std::string& folder, std::int64_t now_ms,
                                         Upgraded upgraded) {
  return std::make_unique<FolderOperator>(folder, now_ms, std::move(upgraded));
}

}  // namespace cowrite::cli
