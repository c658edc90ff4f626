// Opening a store in a folder: what lies there is looked at before RocksDB is let in, and what
// RocksDB opened is looked at before anybody writes to it.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <cstddef>
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
  // The version of the format that it had, if that was an older one and is not any more.
  [[nodiscard]] std::optional<std::uint64_t> upgraded_from() const { return upgraded_from_; }

 private:
  using Tables = Database::Tables;

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
    const Result<Tables> ours = find_tables();
    if (!ours) return ours.error();
    if (Result<void> kept = check_kept(*synced); !kept) return kept;
    if (Result<void> whole = check_shutdown_mark(); !whole) return whole;
    if (Result<void> opened = open_database(folder_, *ours); !opened) return opened;
    return mode_ == OpenMode::kReadWrite ? remove_shutdown_mark(folder_) : Result<void>();
  }

  // Of a table that cannot be opened, a reader misses what it holds, and nothing else.
  Result<void> open_database(const std::string& folder, Tables tables) {
    Result<void> opened = database_.open(folder, mode_, tables);
    const bool is_damaged = !opened && opened.error().code == kErrDamaged;
    if (!is_damaged || mode_ != OpenMode::kReadOnly || find_damaged_record(folder)) return opened;
    const Result<void> partly =
        database_.open(folder, mode_, tables, Database::DamagedFiles::kLeftAlone);
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
    const Result<std::set<std::string>> present = list_tables(newest->folder);
    if (!present) return present.error();
    return open_database(newest->folder, *present == names_of(Tables::kOfFormat1)
                                             ? Tables::kOfFormat1
                                             : Tables::kAll);
  }

  [[nodiscard]] static std::set<std::string> names_of(Tables tables) {
    return {kTableNames.begin(), kTableNames.begin() + static_cast<std::ptrdiff_t>(tables)};
  }

  [[nodiscard]] Result<std::set<std::string>> list_tables(const std::string& folder) const {
    rocksdb::DBOptions options;
    options.env = database_.env();
    std::vector<std::string> names;
    const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(options, folder, &names);
    if (!listed.ok()) return cannot_open(listed, folder);
    return std::set<std::string>(names.begin(), names.end());
  }

  // Which tables it has, if it is a store of ours; asked before it is opened for writing, which
  // changes it.
  [[nodiscard]] Result<Tables> find_tables() const {
    const Result<std::set<std::string>> present = list_tables(folder_);
    if (!present) return present.error();
    Result<Tables> ours =
        *present == names_of(Tables::kAll) ? Tables::kAll : find_fewer_tables(*present);
    if (!ours || *present != names_of(*ours)) return ours;
    if (has_log_file(folder_) || read_shutdown_mark(folder_)) return ours;
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
    if (Result<void> opened = probe.open(folder_, OpenMode::kReadOnly, Tables::kFirst); !opened) {
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

  // A database with other tables: of format 1, or on the way from there to ours; of a newer format,
  // damaged, somebody else's, or the leftovers of a creation that was interrupted, which are no
  // error for a writer.
  [[nodiscard]] Result<Tables> find_fewer_tables(const std::set<std::string>& present) const {
    Database probe((StoreOptions()));
    if (Result<void> opened = probe.open(folder_, OpenMode::kReadOnly, Tables::kFirst,
                                         Database::DamagedFiles::kLeftAlone);
        !opened) {
      return opened.error();
    }
    std::string value;
    const rocksdb::Status found = probe->Get(rocksdb::ReadOptions(), slice(kFormatKey), &value);
    if (found.ok()) {
      const Result<std::uint64_t> format = read_format(value, folder_);
      if (!format && format.error().code == kErrNewerFormat) return format.error();
    }
    // What is damaged of them is reported when they are open.
    if (!found.IsNotFound() && present == names_of(Tables::kOfFormat1)) return Tables::kOfFormat1;
    if (found.ok()) {
      return Error{kErrDamaged, "the data in folder " + folder_ + " lacks a table"};
    }
    const Result<bool> empty = probe.is_empty(folder_);
    if (!empty) return empty.error();
    if (has_data_file(folder_)) {
      return Error{kErrDamaged, "the data in folder " + folder_ +
                                    " is not in its list of files; restore it from a backup"};
    }
    const bool creation_interrupted =
        *empty && std::ranges::includes(names_of(Tables::kAll), present);
    if (!creation_interrupted) return foreign(folder_);
    return mode_ == OpenMode::kReadOnly ? no_data(folder_) : Result<Tables>(Tables::kAll);
  }

  // The mark says how many changes the folder held when it was closed. It does not hold while
  // somebody writes. Looked at before the folder is opened for writing, when RocksDB deletes the
  // files that a damaged list does not name.
  Result<void> check_shutdown_mark() {
    const std::optional<std::uint64_t> closed_at = read_shutdown_mark(folder_);
    shut_down_cleanly_ = closed_at.has_value();
    if (!closed_at) return {};
    Database probe((StoreOptions()));
    if (Result<void> opened = probe.open(folder_, OpenMode::kReadOnly, Tables::kFirst,
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

  // Checks the format, upgrades an older one, and gives one to a store that has just been created.
  // If it is damaged, what else there is can be rescued: all that is read has a checksum, whatever
  // the format.
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
    if (status.ok()) {
      const Result<std::uint64_t> format = read_format(value, folder_);
      if (!format) return format.error();
      if (Result<void> known = check_access(); !known) return known;
      return mode_ == OpenMode::kReadOnly ? Result<void>() : upgrade(*format);
    }
    if (!status.IsNotFound()) return cannot_open(status, folder_);
    const Result<bool> empty = database_.is_empty(folder_);
    if (!empty) return empty.error();
    if (!*empty) return foreign(folder_);
    if (mode_ == OpenMode::kReadOnly) return no_data(folder_);
    return write_format();
  }

  // A later release of this format may have written who has access. Whoever does not know that must
  // not serve what it protects.
  [[nodiscard]] Result<void> check_access() const {
    if (database_.tables().size() < kTableNames.size()) return {};
    const Result<bool> empty = database_.is_empty(database_.tables().back(), folder_);
    if (!empty) return empty.error();
    if (*empty) return {};
    return Error{kErrNewerFormat, "the data in folder " + folder_ +
                                      " says who has access to it, which this program does not "
                                      "know; use a newer release"};
  }

  // Between its steps the folder is one of the newer format that lacks a table, which the next
  // opening adds. Earlier releases refuse it from the first step on, as newer.
  Result<void> upgrade(std::uint64_t format) {
    if (format < kFormatVersion) {
      if (Result<void> written = write_format(); !written) return written;
      upgraded_from_ = format;
    }
    return database_.add_missing_tables(folder_);
  }

  Result<void> write_format() {
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status written = database_->Put(
        options, database_.table(Table::kMeta), slice(kFormatKey), std::to_string(kFormatVersion));
    return written.ok() ? Result<void>() : error_of(written, "cannot write to folder " + folder_);
  }

  const std::string folder_;
  const OpenMode mode_;
  Database& database_;
  bool shut_down_cleanly_ = true;
  std::optional<std::uint64_t> upgraded_from_;
};

}  // namespace cowrite::storage::rocks
