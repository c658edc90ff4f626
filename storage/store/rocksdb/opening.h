// Opening a store in a folder: what lies there is looked at before RocksDB is let in, and what
// RocksDB opened is looked at before anybody writes to it.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/store/data_folder.h"
#include "storage/store/file_check.h"
#include "storage/store/format_version.h"
#include "storage/store/rocksdb/backups.h"
#include "storage/store/rocksdb/database.h"
#include "storage/store/sync_note.h"

namespace cowrite::storage::rocks {

// How often a reader beside a writer looks again when the writer replaced files while they were
// being opened.
inline constexpr int kReadOnlyAttempts = 20;

class Opening {
 public:
  Opening(std::string folder, OpenMode mode, Database& database)
      : folder_(std::move(folder)), mode_(mode), database_(database) {}

  // Fails as RocksDbStore::open().
  Result<void> run() {
    if (Result<void> opened = open(); !opened) return opened;
    return check_or_write_format();
  }

  // By the process that had it open for writing before.
  [[nodiscard]] bool shut_down_cleanly() const { return shut_down_cleanly_; }

 private:
  Result<void> open() {
    if (mode_ == OpenMode::kInMemory) {
      database_.use(std::shared_ptr<rocksdb::Env>(rocksdb::NewMemEnv(database_.env())));
      return database_.open(folder_, mode_);
    }
    const Result<FolderContent> content = look_into(folder_);
    return content ? open_folder(*content) : content.error();
  }

  Result<void> open_folder(FolderContent content) {
    const bool read_only = mode_ == OpenMode::kReadOnly;
    switch (content) {
      case FolderContent::kNothing:
        if (read_only) return no_data(folder_);
        if (Result<void> created = create_folder(folder_); !created) return created;
        return database_.open(folder_, mode_);
      case FolderContent::kDatabase:
        return read_only ? open_beside_writer() : open_checked();
      case FolderContent::kBackup:
        return read_only ? open_backup()
                         : Error{kErrForeign,
                                 "folder " + folder_ +
                                     " holds backups; cowrite restore makes a data folder of one"};
      case FolderContent::kRemains:
        return Error{kErrDamaged,
                     "folder " + folder_ + " has lost its file CURRENT; restore it from a backup"};
      case FolderContent::kRestoring:
        return Error{kErrDamaged, "restoring a backup into folder " + folder_ +
                                      " was interrupted; restore it again"};
      case FolderContent::kOther:
        break;
    }
    return foreign(folder_);
  }

  Result<void> open_checked() {
    const Result<std::optional<SyncNote>> synced = find_sync_note();
    if (!synced) return synced.error();
    if (Result<void> whole = check_files(folder_, *synced); !whole) return whole;
    if (Result<void> ours = check_tables(); !ours) return ours;
    if (Result<void> kept = check_kept(*synced); !kept) return kept;
    if (Result<void> whole = check_shutdown_mark(); !whole) return whole;
    if (Result<void> opened = open_database(folder_); !opened) return opened;
    return mode_ == OpenMode::kReadWrite ? remove_shutdown_mark(folder_) : Result<void>();
  }

  // Of a table that cannot be opened, a reader misses what it holds, and nothing else.
  Result<void> open_database(const std::string& folder) {
    Result<void> opened = database_.open(folder, mode_);
    const bool is_damaged = !opened && opened.error().code == kErrDamaged;
    if (!is_damaged || mode_ != OpenMode::kReadOnly || find_damaged_record(folder)) return opened;
    const Result<void> partly =
        database_.open(folder, mode_, Database::Tables::kAll, Database::DamagedFiles::kLeftAlone);
    return partly ? partly : opened;
  }

  // A running server replaces files while they are being opened here. Seen half before and half
  // after, the newest records could be missing without an error; so this looks until nothing was
  // replaced meanwhile.
  Result<void> open_beside_writer() {
    Result<void> opened;
    for (int attempt = 0; attempt < kReadOnlyAttempts; ++attempt) {
      const Result<std::string> before = file_set(folder_);
      opened = open_checked();
      const Result<std::string> after = file_set(folder_);
      if (before && after && *before == *after) return opened;
      database_.close();
    }
    return opened ? Error{kErrIo, "folder " + folder_ + " is too busy to be read"} : opened;
  }

  Result<void> open_backup() {
    const Result<NewestBackup> newest = find_newest_backup(folder_, database_.env());
    if (!newest) return newest.error();
    database_.use(newest->env);
    return open_database(newest->folder);
  }

  // Whether a RocksDB has the tables of a store of ours; asked before it is opened for writing,
  // which changes it.
  [[nodiscard]] Result<void> check_tables() const {
    std::vector<std::string> names;
    const rocksdb::Status listed =
        rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder_, &names);
    if (!listed.ok()) return cannot_open(listed, folder_);
    const std::set<std::string> present(names.begin(), names.end());
    const std::set<std::string> ours(kTableNames.begin(), kTableNames.end());
    if (present != ours) return check_incomplete(present, ours);
    if (has_log_file(folder_) || read_shutdown_mark(folder_)) return {};
    return Error{kErrDamaged, "folder " + folder_ +
                                  " was not closed and has lost its write-ahead log; restore it "
                                  "from a backup"};
  }

  // How far the log was synced, if that matters: of a closed folder all is in tables. Read before
  // the log, which a running server makes longer meanwhile.
  [[nodiscard]] Result<std::optional<SyncNote>> find_sync_note() const {
    if (read_shutdown_mark(folder_)) return std::optional<SyncNote>();
    return read_sync_note(folder_);
  }

  // A log that was synced is there still, unless the list of files says that all of it is in
  // tables. That list is read without the log, which opening for writing would change.
  [[nodiscard]] Result<void> check_kept(const std::optional<SyncNote>& synced) const {
    if (!synced || has_file(folder_, log_file(synced->log))) return {};
    Database probe((StoreOptions()));
    if (Result<void> opened = probe.open(folder_, OpenMode::kReadOnly, Database::Tables::kFirst);
        !opened) {
      return opened;
    }
    std::uint64_t first_kept = 0;
    probe->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &first_kept);
    if (synced->log < first_kept) return {};
    return Error{kErrDamaged, "folder " + folder_ + " has lost its write-ahead log " +
                                  log_file(synced->log) + ", of which " +
                                  std::to_string(synced->bytes) +
                                  " bytes were synced; restore it from a backup"};
  }

  // A database with other tables: of a newer format, damaged, somebody else's, or the leftovers of
  // a creation that was interrupted, which are no error for a writer.
  [[nodiscard]] Result<void> check_incomplete(const std::set<std::string>& present,
                                              const std::set<std::string>& ours) const {
    Database probe((StoreOptions()));
    if (Result<void> opened = probe.open(folder_, OpenMode::kReadOnly, Database::Tables::kFirst);
        !opened) {
      return opened;
    }
    std::string format;
    if (probe->Get(rocksdb::ReadOptions(), slice(kFormatKey), &format).ok()) {
      const Result<void> known = check_format(format, folder_);
      return known ? Error{kErrDamaged, "the data in folder " + folder_ + " lacks a table"} : known;
    }
    const Result<bool> empty = probe.is_empty(folder_);
    if (!empty) return empty.error();
    if (has_data_file(folder_)) {
      return Error{kErrDamaged, "the data in folder " + folder_ +
                                    " is not in its list of files; restore it from a backup"};
    }
    const bool creation_interrupted = *empty && std::ranges::includes(ours, present);
    if (!creation_interrupted) return foreign(folder_);
    return mode_ == OpenMode::kReadOnly ? no_data(folder_) : Result<void>();
  }

  // The mark says how many changes the folder held when it was closed. It does not hold while
  // somebody writes. Looked at before the folder is opened for writing, when RocksDB deletes the
  // files that a damaged list does not name.
  Result<void> check_shutdown_mark() {
    const std::optional<std::uint64_t> closed_at = read_shutdown_mark(folder_);
    shut_down_cleanly_ = closed_at.has_value();
    if (!closed_at) return {};
    Database probe((StoreOptions()));
    if (Result<void> opened = probe.open(folder_, OpenMode::kReadOnly, Database::Tables::kFirst,
                                         Database::DamagedFiles::kLeftAlone);
        !opened) {
      return opened;
    }
    const std::uint64_t held = probe->GetLatestSequenceNumber();
    if (held >= *closed_at) return {};
    return Error{kErrDamaged, "folder " + folder_ + " was closed after " +
                                  std::to_string(*closed_at) + " changes and now holds " +
                                  std::to_string(held) +
                                  ": its files were damaged since; restore it from a backup"};
  }

  // Checks the format, and gives one to a store that has just been created. If it is damaged, what
  // else there is can be rescued: all that is read has a checksum, whatever the format.
  Result<void> check_or_write_format() {
    Result<void> checked = check_format_of_store();
    const bool is_damaged = !checked && checked.error().code == kErrDamaged;
    return is_damaged && mode_ == OpenMode::kReadOnly ? Result<void>() : checked;
  }

  Result<void> check_format_of_store() {
    rocksdb::ColumnFamilyHandle* const meta = database_.table(Table::kMeta);
    std::string value;
    const rocksdb::Status status =
        database_->Get(rocksdb::ReadOptions(), meta, slice(kFormatKey), &value);
    if (status.ok()) return check_format(value, folder_);
    if (!status.IsNotFound()) return cannot_open(status, folder_);
    const Result<bool> empty = database_.is_empty(folder_);
    if (!empty) return empty.error();
    if (!*empty) return foreign(folder_);
    if (mode_ == OpenMode::kReadOnly) return no_data(folder_);
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status written =
        database_->Put(options, meta, slice(kFormatKey), std::to_string(kFormatVersion));
    return written.ok() ? Result<void>() : error_of(written, "cannot write to folder " + folder_);
  }

  const std::string folder_;
  const OpenMode mode_;
  Database& database_;
  bool shut_down_cleanly_ = true;
};

}  // namespace cowrite::storage::rocks
