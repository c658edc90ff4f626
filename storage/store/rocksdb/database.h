// Database: RocksDB on a folder, open, with its tables and its memory. Says nothing of what the
// folder holds.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/iterator.h>
#include <rocksdb/write_buffer_manager.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/store/rocksdb/counted_files.h"
#include "storage/store/rocksdb/opening_errors.h"
#include "storage/store/rocksdb/options.h"
#include "storage/store/rocksdb/status.h"

namespace cowrite::storage::rocks {

class Database {
 public:
  explicit Database(const StoreOptions& options)
      : open_tables_max_(options.open_tables_max),
        env_(options.env != nullptr ? options.env : rocksdb::Env::Default()),
        // Four shards (two bits): with the default number a seek took a hundred times as long.
        cache_(rocksdb::NewLRUCache(options.memory_bytes, 2)),
        // What waits to be flushed counts as part of the cache, and may take half of it.
        buffers_(std::make_shared<rocksdb::WriteBufferManager>(options.memory_bytes / 2, cache_)) {}
  ~Database() {
    close();
    unlock();
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // From now on files are those of another environment, which is kept as long as this.
  void use(std::shared_ptr<rocksdb::Env> env) {
    own_env_ = std::move(env);
    env_ = own_env_.get();
  }

  // Opens a folder's database, with all tables, those of format 1 or only the first one; where the
  // mode is for writing it creates what is missing of them. A file that cannot be opened may be
  // left alone: then only reading what it holds fails. So may damaged records of logs, without a
  // word: they are to be looked for before.
  enum class Tables : std::uint8_t {
    kFirst = 1,
    kOfFormat1 = kTablesOfFormat1,
    kAll = kTableNames.size()
  };
  enum class DamagedFiles { kRefused, kLeftAlone };
  Result<void> open(const std::string& folder, OpenMode mode, Tables which = Tables::kAll,
                    DamagedFiles damaged = DamagedFiles::kRefused) {
    rocksdb::DBOptions options = database_options(folder, mode);
    options.paranoid_checks = damaged == DamagedFiles::kRefused;
    options.env = counted_env();
    options.write_buffer_manager = buffers_;
    options.listeners.push_back(events_);
    options.max_open_files =
        static_cast<int>(open_tables_max_);  // By default all, without a bound.
    std::vector<rocksdb::ColumnFamilyDescriptor> tables = table_options(cache_);
    tables.resize(static_cast<std::size_t>(which));
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status =
        mode == OpenMode::kReadOnly
            ? rocksdb::DB::OpenForReadOnly(options, folder, tables, &handles_, &opened)
            : rocksdb::DB::Open(options, folder, tables, &handles_, &opened);
    database_.reset(opened);
    return status.ok() ? Result<void>() : cannot_open(status, folder);
  }

  // Creates the tables that it lacks. REQUIRES: it is open for writing.
  Result<void> add_missing_tables(const std::string& folder) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> tables = table_options(cache_);
    while (handles_.size() < tables.size()) {
      const rocksdb::ColumnFamilyDescriptor& missing = tables[handles_.size()];
      rocksdb::ColumnFamilyHandle* added = nullptr;
      const rocksdb::Status status =
          database_->CreateColumnFamily(missing.options, missing.name, &added);
      if (!status.ok()) return error_of(status, "cannot write to folder " + folder);
      handles_.push_back(added);
    }
    return {};
  }

  // Keeps writers from a folder that is open read-only. Fails with kErrInUse or kErrIo.
  Result<void> lock(const std::string& folder) {
    const rocksdb::Status status = env_->LockFile(folder + "/LOCK", &lock_);
    return status.ok() ? Result<void>() : cannot_open(status, folder);
  }
  void unlock() {
    if (lock_ != nullptr) env_->UnlockFile(std::exchange(lock_, nullptr)).PermitUncheckedError();
  }

  void close() {
    for (rocksdb::ColumnFamilyHandle* const table : std::exchange(handles_, {})) {
      database_->DestroyColumnFamilyHandle(table);
    }
    database_.reset();
  }

  // Once a compaction has met damage, it would only meet it again, while writes waited for it in
  // the end: from then on files are not compacted by themselves. To be called now and then.
  void give_up_damaged_compactions() {
    if (!events_->take_damage()) return;
    for (rocksdb::ColumnFamilyHandle* const table : handles_) {
      database_->SetOptions(table, {{"disable_auto_compactions", "true"}}).PermitUncheckedError();
    }
  }

  // REQUIRES: it is open.
  [[nodiscard]] rocksdb::DB& operator*() const { return *database_; }
  [[nodiscard]] rocksdb::DB* operator->() const { return database_.get(); }
  [[nodiscard]] const std::vector<rocksdb::ColumnFamilyHandle*>& tables() const { return handles_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* table(Table table) const {
    return handles_.at(static_cast<std::size_t>(table));
  }
  [[nodiscard]] rocksdb::Env* env() const { return env_; }
  [[nodiscard]] const rocksdb::Cache& cache() const { return *cache_; }
  [[nodiscard]] const CountedFiles& files() const { return *files_; }
  [[nodiscard]] const BackgroundEvents& events() const { return *events_; }

  // Whether no table has an entry.
  [[nodiscard]] Result<bool> is_empty(const std::string& folder) const {
    for (rocksdb::ColumnFamilyHandle* const table : handles_) {
      Result<bool> empty = is_empty(table, folder);
      if (!empty || !*empty) return empty;
    }
    return true;
  }
  [[nodiscard]] Result<bool> is_empty(rocksdb::ColumnFamilyHandle* table,
                                      const std::string& folder) const {
    const std::unique_ptr<rocksdb::Iterator> first(
        database_->NewIterator(rocksdb::ReadOptions(), table));
    first->SeekToFirst();
    if (!first->status().ok()) return unreadable(first->status(), folder);
    return !first->Valid();
  }

 private:
  // The environment with its files counted.
  rocksdb::Env* counted_env() {
    files_ = std::make_shared<CountedFiles>(env_->GetFileSystem());
    counted_env_ = std::make_unique<CountedEnv>(*env_, files_);
    return counted_env_.get();
  }

  const std::size_t open_tables_max_;
  rocksdb::Env* env_;
  std::shared_ptr<rocksdb::Env> own_env_;  // Of a store in memory or a backup.
  std::shared_ptr<rocksdb::Cache> cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers_;
  std::shared_ptr<CountedFiles> files_;
  std::unique_ptr<rocksdb::Env> counted_env_;
  const std::shared_ptr<BackgroundEvents> events_ = std::make_shared<BackgroundEvents>();
  rocksdb::FileLock* lock_ = nullptr;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace cowrite::storage::rocks
