// Folders of backups: the store as it was at some moments, with the files that they share kept
// once.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>
#include <rocksdb/utilities/stackable_db.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/backup_info.h"
#include "storage/store/data_folder.h"
#include "storage/store/rocksdb/database.h"
#include "storage/store/rocksdb/status.h"

namespace cowrite::storage::rocks {

// Where the newest backup can be opened as it lies there.
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
  const std::string failed = "cannot read the backups in folder " + backups;
  if (!status.ok()) return error_of(status, failed);
  rocksdb::BackupInfo newest;
  const rocksdb::Status found = engine->GetLatestBackupInfo(&newest, true);
  if (found.IsNotFound()) return no_data(backups);
  if (!found.ok()) return error_of(found, failed);
  return NewestBackup{newest.env_for_open, newest.name_for_open};
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
  rocksdb::BackupEngine* opened = nullptr;
  rocksdb::IOStatus status =
      rocksdb::BackupEngine::Open(database.env(), rocksdb::BackupEngineOptions(folder), &opened);
  const std::unique_ptr<rocksdb::BackupEngine> backups(opened);
  if (!status.ok()) return error_of(status, failed);
  rocksdb::CreateBackupOptions options;
  options.flush_before_backup = before == BeforeBackup::kFlush;
  options.progress_callback = [&] {
    if (is_interrupted) backups->StopBackup();
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

// As RocksDbStore::restore().
inline Result<void> restore(const std::string& backups, const std::string& folder) {
  const std::string failed = "cannot restore the backup in folder " + backups;
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  rocksdb::IOStatus status = rocksdb::BackupEngineReadOnly::Open(
      rocksdb::Env::Default(), rocksdb::BackupEngineOptions(backups), &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  if (!status.ok()) return error_of(status, failed);
  status = engine->RestoreDBFromLatestBackup(folder, folder);
  if (status.IsCorruption()) {
    // The message of restoring has no names; that of the proof has.
    rocksdb::BackupInfo newest;
    rocksdb::IOStatus proof = engine->GetLatestBackupInfo(&newest).ok()
                                  ? engine->VerifyBackup(newest.backup_id, true)
                                  : rocksdb::IOStatus::OK();
    if (!proof.ok()) status = proof;
  }
  if (!status.ok()) return error_of(status, failed);
  return write_shutdown_mark(folder, 0);  // A backup may hold no log; nothing is missing for that.
}

}  // namespace cowrite::storage::rocks
