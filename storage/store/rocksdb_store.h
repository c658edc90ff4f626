// RocksDbStore: a store in a data folder, kept by RocksDB. The one user of RocksDB; its options and
// traps are in rocksdb/.
//
// Knows who may use a data folder: one process to write, any number to read beside it; and whether
// the folder is ours and of a format that we know.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ot/base/result.h"
#include "storage/backup_info.h"
#include "storage/store/store.h"

namespace rocksdb {
class Env;
}

namespace cowrite::storage {

enum class OpenMode {
  kReadWrite,   // Creates the folder if need be, and upgrades an older format. One process at a
                // time.
  kWriteLater,  // As kReadOnly, until the first write, which opens it as kReadWrite and may fail at
                // that: for a disk that has no room now. Other writers are kept away from the
                // start.
  kReadOnly,    // What was there when it was opened, also beside a writer; changes no file.
  kInMemory,    // The same engine, leaving no trace; the folder is ignored.
};

// Memory for blocks that were read and for what waits to be flushed.
inline constexpr std::size_t kStoreMemoryBytes = std::size_t{128} << 20;

// Tables that are kept open: with the rest that a program opens, fewer than the 1,024 descriptors
// that a process commonly has.
inline constexpr std::size_t kStoreOpenTablesMax = 512;

// While there are commits, it is noted this often how far the log was synced. Damage to what was
// synced since the last note looks like a power cut.
inline constexpr std::chrono::milliseconds kSyncNoteInterval{1'000};

struct StoreOptions {
  std::size_t memory_bytes = kStoreMemoryBytes;
  std::size_t open_tables_max = kStoreOpenTablesMax;  // Others are opened when they are needed.
  rocksdb::Env* env = nullptr;  // For tests whose disk fails; RocksDB's own if null. Outlives it.
  std::chrono::milliseconds sync_note_interval = kSyncNoteInterval;  // For tests that do not wait.
  // Told the version of the older format that the folder had, by whoever opens it for writing.
  std::function<void(std::uint64_t from)> upgraded;
};

// What is done before a backup is taken.
enum class BeforeBackup {
  kFlush,    // What is in memory becomes files, which the next backup shares.
  kNothing,  // The log is copied instead, which needs no room on the store's own disk.
};

class RocksDbStore final : public Store {
 public:
  // Fails with kErrNotFound, kErrInUse, kErrForeign, kErrNewerFormat, kErrDamaged or kErrIo, and a
  // sentence that names the folder. A folder of backups opens read-only, at the newest.
  [[nodiscard]] static Result<std::unique_ptr<RocksDbStore>> open(const std::string& folder,
                                                                  OpenMode mode,
                                                                  const StoreOptions& options = {});
  // Marks the folder as cleanly shut down, unless a write failed.
  ~RocksDbStore() override;
  RocksDbStore(const RocksDbStore&) = delete;
  RocksDbStore& operator=(const RocksDbStore&) = delete;

  [[nodiscard]] std::unique_ptr<const View> view() const override;
  [[nodiscard]] Result<void> write(const WriteBatch& batch, Durability durability) override;
  [[nodiscard]] StoreStatistics statistics() const override;

  // The first failed write.
  [[nodiscard]] std::optional<Error> failure() const;

  // False if the last process that wrote to the folder did not close it: then
  // the newest of what was not synced may be missing.
  [[nodiscard]] bool was_shut_down_cleanly() const;

  // Rewrites all files, so that what was erased before is on disk no more. Waits for the views that
  // are older than the call, for their states would be kept. REQUIRES: as write().
  [[nodiscard]] Result<void> compact();

  // Adds the store as it is now to a folder of backups, made if need be; what is there already is
  // not copied again. Writers go on meanwhile. Fails with kErrForeign, also for a folder inside the
  // store's, or kErrIo. REQUIRES: as write().
  [[nodiscard]] Result<BackupInfo> back_up(const std::string& folder,
                                           BeforeBackup before = BeforeBackup::kFlush,
                                           const CopyProgress& progress = {});

  // Copies the newest backup's files into a folder, as they were; what has come when it fails is
  // left (storage/restore_backup.h has the whole). Fails with kErrDamaged or kErrIo. REQUIRES:
  // there is a backup, and the folder is empty.
  [[nodiscard]] static Result<void> restore(const std::string& backups, const std::string& folder);

  // The newest backup in a folder. Fails with kErrNotFound, kErrDamaged or kErrIo.
  [[nodiscard]] static Result<BackupInfo> newest_backup(const std::string& backups);

  // Ends what takes long: compact() and back_up() fail with kErrBusy, from now on.
  void interrupt();

 private:
  struct Engine;
  RocksDbStore(std::shared_ptr<Engine> engine, const StoreOptions& options);
  [[nodiscard]] std::shared_ptr<Engine> engine() const;
  [[nodiscard]] Result<std::shared_ptr<Engine>> writable_engine();

  const StoreOptions options_;
  std::atomic<bool> interrupted_ = false;
  std::mutex opening_;  // Held while it is opened for writing.
  mutable std::mutex mutex_;
  std::shared_ptr<Engine> engine_;
};

}  // namespace cowrite::storage
