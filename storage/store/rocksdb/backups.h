// Folders of backups: the store as it was at some moments, with the files that they share kept
// once.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>
#include <rocksdb/utilities/stackable_db.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "storage/backup_info.h"
#include "storage/format/checksum.h"
#include "storage/store/data_folder.h"
#include "storage/store/file_check.h"
#include "storage/store/rocksdb/database.h"
#include "storage/store/rocksdb/status.h"

namespace cowrite::storage::rocks {

// The newest backup. Fails with kErrNotFound if there is none, and with kErrDamaged if files of it
// are missing: RocksDB would silently give the one before.
inline Result<rocksdb::BackupInfo> find_newest(const rocksdb::BackupEngineReadOnly& engine,
                                               const std::string& backups) {
  rocksdb::BackupInfo newest;
  const rocksdb::Status found = engine.GetLatestBackupInfo(&newest, true);
  std::vector<rocksdb::BackupID> damaged;
  engine.GetCorruptedBackups(&damaged);
  const auto last = std::ranges::max_element(damaged);
  if (last != damaged.end() && (!found.ok() || *last > newest.backup_id)) {
    const std::string number = std::to_string(*last);
    return Error{kErrDamaged, "backup " + number + " in folder " + backups +
                                  ", the newest, is damaged: files of it are missing or have "
                                  "another size; without the file meta/" +
                                  number + " there, the one before is taken"};
  }
  if (found.IsNotFound()) return no_data(backups);
  if (!found.ok()) return error_of(found, "cannot read the backups in folder " + backups);
  return newest;
}

// The checksum of a file; absent if it cannot be read.
inline std::optional<std::uint32_t> checksum_of_file(const std::filesystem::path& path) {
  constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
  std::ifstream file(path, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  std::uint32_t sum = 0;
  while (file) {
    file.read(piece.data(), kPieceBytes);
    sum = crc32c(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())), sum);
  }
  return file.eof() ? std::optional(sum) : std::nullopt;
}

// RocksDB opens a backup without a look at the checksums that it noted, in the file meta/NUMBER:
//
//     note = ... { file "crc32" checksum }    one a line, such as: private/2/000009.log crc32 4711
//
// A table shows by itself that it is damaged, but for what check_table() finds. A log or a list of
// files that was cut does not.
inline Result<void> check_noted_files(const std::string& backups, rocksdb::BackupID number) {
  const std::filesystem::path folder(backups);
  std::ifstream note(folder / "meta" / std::to_string(number));
  for (std::string line; std::getline(note, line);) {
    std::istringstream words(line);
    std::string file;
    std::string kind;
    std::uint32_t sum = 0;
    if (line.find(".sst ") != std::string::npos && words >> file) {
      if (Result<void> whole = check_table(folder / file); !whole) return whole;
    }
    const bool is_log =
        line.find(".log ") != std::string::npos || line.find("/MANIFEST-") != std::string::npos;
    if (!is_log || !(words >> file >> kind >> sum) || kind != "crc32") continue;
    if (checksum_of_file(folder / file) != sum) {
      return Error{kErrDamaged, "file " + (folder / file).string() +
                                    " is damaged: it has not the checksum that was noted when the "
                                    "backup was made"};
    }
  }
  return {};
}

// Where the newest backup can be opened as it lies there, with its log whole.
struct NewestBackup {
  std::shared_ptr<rocksdb::Env> env;
  std::string folder;
};
inline Result<NewestBackup> find_newest_backup(const std::string& backups, rocksdb::Env* env) {
  // RocksDB finds it by absolute paths only.
  const rocksdb::BackupEngineOptions options(std::filesystem::absolute(backups).string());
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::IOStatus status = rocksdb::BackupEngineReadOnly::Open(env, options, &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  if (!status.ok()) return error_of(status, "cannot read the backups in folder " + backups);
  const Result<rocksdb::BackupInfo> newest = find_newest(*engine, backups);
  if (!newest) return newest.error();
  const Result<void> whole = check_noted_files(backups, newest->backup_id);
  if (!whole) return whole.error();
  return NewestBackup{newest->env_for_open, newest->name_for_open};
}

// A database as backups take it. No files are deleted of one that is open for reading only, which
// RocksDB does not know.
class BackupSource final : public rocksdb::StackableDB {
 public:
  explicit BackupSource(const Database& database)
      : StackableDB(std::shared_ptr<rocksdb::DB>(&*database, [](rocksdb::DB*) {})) {}

  rocksdb::Status DisableFileDeletions() override { return done(db_->DisableFileDeletions()); }
  rocksdb::Status EnableFileDeletions(bool force) override {
    return done(db_->EnableFileDeletions(force));
  }

 private:
  static rocksdb::Status done(const rocksdb::Status& status) {
    return status.IsNotSupported() ? rocksdb::Status::OK() : status;
  }
};

// As RocksDbStore::back_up(); `data` is the folder of the database.
inline Result<BackupInfo> back_up(Database& database, const std::string& data,
                                  const std::string& folder, BeforeBackup before,
                                  const CopyProgress& progress,
                                  const std::atomic<bool>& is_interrupted) {
  if (lies_within(folder, data)) {
    return Error{kErrForeign, "folder " + folder +
                                  " lies in the data folder, and would be lost "
                                  "with it; choose a folder elsewhere"};
  }
  if (Result<void> created = create_folder(folder); !created) return created.error();
  const std::string failed = "cannot back up to folder " + folder;
  const Result<FolderContent> content = look_into(folder);
  if (!content) return content.error();
  if (*content != FolderContent::kNothing && *content != FolderContent::kBackup) {
    return Error{kErrForeign, failed +
                                  ": it holds other files than backups; choose an empty or a new "
                                  "folder"};
  }
  const rocksdb::BackupEngineOptions how(folder);
  rocksdb::BackupEngine* opened = nullptr;
  rocksdb::IOStatus status = rocksdb::BackupEngine::Open(database.env(), how, &opened);
  const std::unique_ptr<rocksdb::BackupEngine> backups(opened);
  if (!status.ok()) return error_of(status, failed);
  rocksdb::CreateBackupOptions options;
  options.flush_before_backup = before == BeforeBackup::kFlush;
  const std::uint64_t bytes_max = bytes_in_folder(data);
  std::atomic<std::uint64_t> bytes = 0;
  options.progress_callback = [&] {
    if (is_interrupted) backups->StopBackup();
    bytes += how.callback_trigger_interval_size;
    if (progress) progress(std::min<std::uint64_t>(bytes, bytes_max), bytes_max);
  };
  rocksdb::BackupID number = 0;
  BackupSource source(database);
  status = backups->CreateNewBackup(options, &source, &number);
  keep_to_owner(folder);
  if (is_interrupted) return interrupted(failed);
  rocksdb::BackupInfo made;
  if (status.ok() && !backups->GetBackupInfo(number, &made).ok()) {
    status = rocksdb::IOStatus::IOError("the backup cannot be found again");
  }
  return status.ok() ? Result<BackupInfo>(BackupInfo{number, made.size}) : error_of(status, failed);
}

// A folder of backups, to read them.
inline Result<std::unique_ptr<rocksdb::BackupEngineReadOnly>> open_backups(
    const std::string& backups, const std::string& failed) {
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::IOStatus status = rocksdb::BackupEngineReadOnly::Open(
      rocksdb::Env::Default(), rocksdb::BackupEngineOptions(backups), &opened);
  std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  if (!status.ok()) return error_of(status, failed);
  return engine;
}

// As RocksDbStore::newest_backup().
inline Result<BackupInfo> newest_backup(const std::string& backups) {
  const auto engine = open_backups(backups, "cannot read the backups in folder " + backups);
  if (!engine) return engine.error();
  const Result<rocksdb::BackupInfo> newest = find_newest(**engine, backups);
  if (!newest) return newest.error();
  return BackupInfo{newest->backup_id, newest->size};
}

// As RocksDbStore::restore().
inline Result<void> restore(const std::string& backups, const std::string& folder) {
  const std::string failed = "cannot restore the backup in folder " + backups;
  const auto engine = open_backups(backups, failed);
  if (!engine) return engine.error();
  const Result<rocksdb::BackupInfo> newest = find_newest(**engine, backups);
  if (!newest) return newest.error();
  rocksdb::IOStatus status = (*engine)->RestoreDBFromBackup(newest->backup_id, folder, folder);
  if (status.IsCorruption()) {
    // The message of restoring has no names; that of the proof has.
    const rocksdb::IOStatus proof = (*engine)->VerifyBackup(newest->backup_id, true);
    if (!proof.ok()) status = proof;
  }
  if (!status.ok()) return error_of(status, failed);
  return write_shutdown_mark(folder, 0);  // A backup may hold no log; nothing is missing for that.
}

}  // namespace cowrite::storage::rocks
