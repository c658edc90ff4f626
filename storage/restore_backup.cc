#include "storage/restore_backup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "storage/errors.h"
#include "storage/store/data_folder.h"
#include "storage/store/history_id.h"
#include "storage/store/rocksdb_store.h"

namespace cowrite::storage {
namespace {

using StorePtr = std::unique_ptr<RocksDbStore>;

// Keeps other restores from a folder that is there. What cannot be locked, as on file systems
// without locks, stays as it is.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
        is_taken_(::flock(folder_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {}
  ~FolderLock() {
    if (folder_ >= 0) ::close(folder_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  [[nodiscard]] bool is_taken() const { return is_taken_; }

 private:
  const int folder_;
  const bool is_taken_;  // By another.
};

// Tells how much of a backup has come to a folder, as RocksDB does not.
class FolderWatch {
 public:
  FolderWatch(const std::string& backups, std::string folder, const CopyProgress& progress)
      : folder_(std::move(folder)), progress_(progress) {
    const Result<BackupInfo> backup = RocksDbStore::newest_backup(backups);
    if (!backup || !progress_) return;
    thread_ = std::jthread([this, bytes_max = backup->bytes](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        progress_(std::min(bytes_in_folder(folder_), bytes_max), bytes_max);
        std::this_thread::sleep_for(kInterval);
      }
    });
  }

 private:
  static constexpr std::chrono::milliseconds kInterval{50};

  const std::string folder_;
  const CopyProgress& progress_;
  std::jthread thread_;
};

// What of a backup can be proved, as a new store.
Result<RestoredBackup> salvage_backup(const std::string& backups, const std::string& folder) {
  const Result<StorePtr> source = RocksDbStore::open(backups, OpenMode::kReadOnly);
  if (!source) return source.error();
  const Result<StorePtr> target = RocksDbStore::open(folder, OpenMode::kReadWrite);
  if (!target) return target.error();
  Result<std::vector<LeftOut>> left_out = salvage(*(*source)->view(), **target);
  if (!left_out) return left_out.error();
  return RestoredBackup{*std::move(left_out)};
}

Result<RestoredBackup> fill(const std::string& backups, const std::string& folder,
                            DamagedDocuments damaged) {
  RestoredBackup restored;
  if (damaged == DamagedDocuments::kLeftOut) {
    Result<RestoredBackup> salvaged = salvage_backup(backups, folder);
    if (!salvaged) return salvaged;
    restored = *std::move(salvaged);
  } else if (Result<void> copied = RocksDbStore::restore(backups, folder); !copied) {
    return copied.error();
  }
  StoreOptions options;
  options.upgraded = [&restored](std::uint64_t from) { restored.upgraded_from = from; };
  const Result<StorePtr> store = RocksDbStore::open(folder, OpenMode::kReadWrite, options);
  if (!store) return store.error();
  const Result<void> renewed = renew_history_id(**store);
  return renewed ? Result<RestoredBackup>(std::move(restored)) : renewed.error();
}

// Into a folder that is there and nobody else's.
Result<RestoredBackup> restore_into(const std::string& folder, const std::string& backups,
                                    DamagedDocuments damaged, const CopyProgress& progress) {
  const FolderLock lock(folder);
  if (lock.is_taken()) {
    return Error{kErrInUse, "folder " + folder + " is in use: a backup is being restored into it"};
  }
  const Result<std::string> inner = begin_restoring(folder);
  if (!inner) return inner.error();
  Result<RestoredBackup> restored = [&] {
    const FolderWatch watch(backups, *inner, progress);
    return fill(backups, *inner, damaged);
  }();
  if (restored) {
    const Result<void> finished = finish_restoring(folder);
    keep_to_owner(folder);
    if (finished) return restored;
    restored = finished.error();
  }
  abandon_restoring(folder);
  return restored;
}

}  // namespace

Result<RestoredBackup> restore_backup(const std::string& backups, const std::string& folder,
                                      DamagedDocuments damaged, const CopyProgress& progress) {
  const Result<FolderContent> source = look_into(backups);
  if (!source) return source.error();
  if (*source != FolderContent::kBackup) {
    return Error{kErrNoBackup, "folder " + backups + " holds no backup"};
  }
  std::error_code error;
  const bool was_there = std::filesystem::exists(folder, error);
  if (Result<void> created = create_folder(folder); !created) return created.error();
  Result<RestoredBackup> restored = restore_into(folder, backups, damaged, progress);
  if (!restored && !was_there) std::filesystem::remove(folder, error);  // If it is empty.
  return restored;
}

}  // namespace cowrite::storage
