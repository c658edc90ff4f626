#include "storage/store/rocksdb_store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/transaction_log.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

#include "storage/errors.h"
#include "storage/store/data_folder.h"
#include "storage/store/rocksdb/backups.h"
#include "storage/store/rocksdb/database.h"
#include "storage/store/rocksdb/opening.h"
#include "storage/store/rocksdb/status.h"
#include "storage/store/rocksdb/view.h"
#include "storage/store/sync_note.h"
#include "storage/store/sync_note_thread.h"

#if defined(__SANITIZE_THREAD__)
// The packaged RocksDB is not built for ThreadSanitizer, which therefore misses how its threads
// wait for each other.
extern "C" const char* __tsan_default_suppressions() {
  return "race:librocksdb\ncalled_from_lib:librocksdb\n"
         "called_from_lib:liblz4\ncalled_from_lib:libzstd\n";
}
#endif

namespace cowrite::storage {
namespace {

// From now on, what this process makes is for its owner only. RocksDB has no other way.
void make_private_files() { ::umask(S_IRWXG | S_IRWXO); }

}  // namespace

// A database that is open. What of a store is open for reading first is opened anew for writing.
struct RocksDbStore::Engine {
  [[nodiscard]] static Result<std::shared_ptr<Engine>> open(const std::string& folder,
                                                            OpenMode mode,
                                                            const StoreOptions& options);
  Engine(std::string path, OpenMode opened_how, const StoreOptions& options)
      : folder(std::move(path)), mode(opened_how), database(options) {}
  ~Engine() { close(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] OpenMode mode_now() const {
    return mode == OpenMode::kWriteLater ? OpenMode::kReadOnly : mode;
  }

  // Leaves a folder whose log is empty, marked as cleanly shut down, if all went well until now.
  void close() {
    notes.reset();
    if (mode != OpenMode::kReadWrite || !ready || failure) return;
    if (database->Flush(rocksdb::FlushOptions(), database.tables()).ok()) {
      static_cast<void>(write_shutdown_mark(folder, database->GetLatestSequenceNumber()));
    }
  }

  // Where the log ends; absent if it has just been begun, for then the one before is in RocksDB's
  // list of files.
  [[nodiscard]] std::optional<SyncNote> log_end() const {
    std::unique_ptr<rocksdb::LogFile> log;
    if (!database->GetCurrentWalFile(&log).ok() || log->SizeFileBytes() == 0) return std::nullopt;
    return SyncNote{log->LogNumber(), log->SizeFileBytes()};
  }

  [[nodiscard]] std::optional<SyncNote> measure_synced() {
    const std::lock_guard lock(writing);
    return last_write == Durability::kSynced ? log_end() : synced;
  }

  Result<void> write(const WriteBatch& batch, Durability durability) {
    constexpr std::size_t kPerChange = 16;  // Beside its key and value, at most.
    rocksdb::WriteBatch changes(batch.bytes() + kPerChange * (batch.size() + 1));
    batch.for_each([&](Table table, std::string_view key, std::optional<std::string_view> value) {
      rocksdb::ColumnFamilyHandle* const handle = database.table(table);
      const rocksdb::Status added =
          value ? changes.Put(handle, rocks::slice(key), rocks::slice(*value))
                : changes.Delete(handle, rocks::slice(key));
      CHECK(added.ok());
    });
    const std::lock_guard lock(writing);
    if (std::optional<Error> earlier = first_failure()) return *std::move(earlier);
    if (durability == Durability::kWritten && last_write == Durability::kSynced) {
      synced = log_end();
    }
    last_write = durability;
    database.give_up_damaged_compactions();
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::kSynced;
    const rocksdb::Status status = database->Write(options, &changes);
    if (status.ok()) return {};
    // How the log ends is not known any more.
    last_write = Durability::kWritten;
    synced.reset();
    // RocksDB would try again by itself; but what a failed sync has lost, the next one confirms.
    rocksdb::CancelAllBackgroundWork(&*database, false);
    return fail(rocks::error_of(status, "cannot write to folder " + folder));
  }

  // Nothing is written any more.
  Error fail(Error error) {
    const std::lock_guard lock(failure_mutex);
    if (!failure) failure = std::move(error);
    return *failure;
  }

  [[nodiscard]] std::optional<Error> first_failure() {
    const std::lock_guard lock(failure_mutex);
    return failure;
  }

  // What a view shows is kept when files are rewritten. Ends early when all is interrupted.
  void wait_for_older_views() {
    const std::uint64_t now = database->GetLatestSequenceNumber();
    std::unique_lock lock(views_ended.mutex);
    views_ended.changed.wait(lock, [&] {
      std::uint64_t oldest = 0;  // 0 if there is no view.
      database->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
      return interrupted || oldest == 0 || oldest >= now;
    });
  }

  // Ends compact(), which fails from now on.
  void interrupt() {
    {
      const std::lock_guard lock(views_ended.mutex);
      interrupted = true;
    }
    views_ended.changed.notify_all();
    database->DisableManualCompaction();
  }

  const std::string folder;
  const OpenMode mode;
  rocks::Database database;
  bool ready = false;              // Opened, and found to be in order.
  bool shut_down_cleanly = false;  // By the process that had it open for writing before.

  std::atomic<bool> interrupted = false;
  rocks::ViewsEnded views_ended;

  std::mutex writing;  // Held during a write: between two of them the log ends with a batch.
  Durability last_write = Durability::kWritten;
  std::optional<SyncNote> synced;  // Where the last synced write ended that others have followed.

  std::mutex failure_mutex;
  std::optional<Error> failure;  // Of the first failed write.

  std::optional<SyncNoteThread> notes;  // Last: it uses all of the above.
};

Result<std::shared_ptr<RocksDbStore::Engine>> RocksDbStore::Engine::open(
    const std::string& folder, OpenMode mode, const StoreOptions& options) {
  if (mode == OpenMode::kReadWrite || mode == OpenMode::kWriteLater) make_private_files();
  auto engine =
      std::make_shared<Engine>(mode == OpenMode::kInMemory ? "/memory" : folder, mode, options);
  if (mode == OpenMode::kWriteLater) {
    if (Result<void> locked = engine->database.lock(folder); !locked) return locked.error();
  }
  rocks::Opening opening(engine->folder, engine->mode_now(), engine->database);
  if (Result<void> opened = opening.run(); !opened) return opened.error();
  engine->shut_down_cleanly = opening.shut_down_cleanly();
  engine->ready = true;
  if (mode == OpenMode::kReadWrite) {
    remove_empty_restoring_folder(folder);
    keep_to_owner(folder);
    if (opening.upgraded_from() && options.upgraded) options.upgraded(*opening.upgraded_from());
    engine->notes.emplace(folder, options.sync_note_interval,
                          [engine = engine.get()] { return engine->measure_synced(); });
  }
  return engine;
}

RocksDbStore::RocksDbStore(std::shared_ptr<Engine> engine, const StoreOptions& options)
    : options_(options), engine_(std::move(engine)) {}
RocksDbStore::~RocksDbStore() = default;

Result<std::unique_ptr<RocksDbStore>> RocksDbStore::open(const std::string& folder, OpenMode mode,
                                                         const StoreOptions& options) {
  Result<std::shared_ptr<Engine>> engine = Engine::open(folder, mode, options);
  if (!engine) return engine.error();
  return std::unique_ptr<RocksDbStore>(new RocksDbStore(*std::move(engine), options));
}

std::shared_ptr<RocksDbStore::Engine> RocksDbStore::engine() const {
  const std::lock_guard lock(mutex_);
  return engine_;
}

bool RocksDbStore::was_shut_down_cleanly() const { return engine()->shut_down_cleanly; }

std::unique_ptr<const View> RocksDbStore::view() const {
  const std::shared_ptr<Engine> engine = this->engine();
  return std::make_unique<rocks::SnapshotView>(engine->database, engine->mode_now(), engine->folder,
                                               engine->views_ended, engine);
}

Result<void> RocksDbStore::write(const WriteBatch& batch, Durability durability) {
  const Result<std::shared_ptr<Engine>> engine = writable_engine();
  return engine ? (*engine)->write(batch, durability) : engine.error();
}

Result<std::shared_ptr<RocksDbStore::Engine>> RocksDbStore::writable_engine() {
  const std::lock_guard opening(opening_);
  const std::shared_ptr<Engine> reading = engine();
  if (reading->mode != OpenMode::kWriteLater) return reading;
  if (std::optional<Error> earlier = reading->first_failure()) return *std::move(earlier);
  reading->database.unlock();
  Result<std::shared_ptr<Engine>> writing =
      Engine::open(reading->folder, OpenMode::kReadWrite, options_);
  if (!writing) return reading->fail(writing.error());
  {
    const std::lock_guard lock(mutex_);
    engine_ = *writing;
  }
  if (interrupted_) (*writing)->interrupt();
  return writing;
}

std::optional<Error> RocksDbStore::failure() const { return engine()->first_failure(); }

StoreStatistics RocksDbStore::statistics() const {
  const std::shared_ptr<Engine> engine = this->engine();
  const auto sum = [&engine](const std::string& property) {
    std::uint64_t total = 0;
    for (rocksdb::ColumnFamilyHandle* const table : engine->database.tables()) {
      std::uint64_t value = 0;
      total += engine->database->GetIntProperty(table, property, &value) ? value : 0;
    }
    return total;
  };
  const auto any = [&engine](const std::string& property) {
    std::uint64_t value = 0;
    return engine->database->GetIntProperty(property, &value) && value > 0;
  };
  const rocksdb::Cache& cache = engine->database.cache();
  const rocks::CountedFiles& files = engine->database.files();
  return {.file_bytes = sum(rocksdb::DB::Properties::kTotalSstFilesSize),
          .unflushed_bytes = sum(rocksdb::DB::Properties::kCurSizeAllMemTables),
          .cache_bytes = cache.GetUsage(),
          .memory_bytes_max = cache.GetCapacity(),
          .compaction_bytes = sum(rocksdb::DB::Properties::kEstimatePendingCompactionBytes),
          .log_bytes = files.log_bytes(),
          .writes_are_delayed = any(rocksdb::DB::Properties::kActualDelayedWriteRate),
          .writes_are_stopped = any(rocksdb::DB::Properties::kIsWriteStopped),
          .delays = engine->database.events().delays(),
          .stops = engine->database.events().stops(),
          .log_bytes_written = files.log_bytes_written(),
          .other_bytes_written = files.other_bytes_written(),
          .log_sync_seconds = files.log_sync_seconds()};
}

Result<void> RocksDbStore::compact() {
  const std::shared_ptr<Engine> engine = this->engine();
  engine->wait_for_older_views();
  for (rocksdb::ColumnFamilyHandle* const table : engine->database.tables()) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const rocksdb::Status status = engine->database->CompactRange(options, table, nullptr, nullptr);
    if (engine->interrupted) {
      return rocks::interrupted("the files of folder " + engine->folder +
                                " were not all rewritten");
    }
    if (!status.ok()) return rocks::error_of(status, "cannot compact folder " + engine->folder);
  }
  return {};
}

Result<BackupInfo> RocksDbStore::back_up(const std::string& folder, BeforeBackup before,
                                         const CopyProgress& progress) {
  const std::shared_ptr<Engine> engine = this->engine();
  const bool has_no_room = engine->mode == OpenMode::kWriteLater;
  return rocks::back_up(engine->database, engine->folder, folder,
                        has_no_room ? BeforeBackup::kNothing : before, progress, interrupted_);
}

Result<void> RocksDbStore::restore(const std::string& backups, const std::string& folder) {
  make_private_files();
  return rocks::restore(backups, folder);
}

Result<BackupInfo> RocksDbStore::newest_backup(const std::string& backups) {
  return rocks::newest_backup(backups);
}

void RocksDbStore::interrupt() {
  interrupted_ = true;
  engine()->interrupt();
}

}  // namespace cowrite::storage
