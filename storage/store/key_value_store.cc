#include "storage/store/key_value_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/backup_engine.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "storage/errors.h"
#include "storage/store/data_folder.h"
#include "storage/store/file_check.h"
#include "storage/store/format_version.h"

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

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Of what is compacted for the last time: a tenth smaller than at ZSTD's default, for a few times
// the processor time, once.
constexpr int kLastCompressionLevel = 12;

// A file in which of so many neighbours so many are marks of removed entries is compacted.
constexpr std::size_t kDeletionWindow = 4'096;
constexpr std::size_t kDeletionTrigger = 2'048;

// The write-ahead log is what a restart reads; past this the oldest buffers are flushed.
constexpr std::size_t kLogBytesMax = 256 * kMiB;

// How often a reader beside a writer looks again when the writer replaced files while they were
// being opened.
constexpr int kReadOnlyAttempts = 20;

constexpr std::array<const char*, 4> kTableNames = {"default", "records", "checkpoints", "sources"};

// A reader must not write its messages into the folder of a running server.
class NoMessages : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// After a failed write nothing is written until the next start, which reads the log again. Flushing
// and compacting may go on when a full disk has room again.
class NoRecoveryOfWrites : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = reason == rocksdb::BackgroundErrorReason::kFlush ||
                     reason == rocksdb::BackgroundErrorReason::kCompaction;
  }
};

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error error_of(const rocksdb::Status& status, const std::string& what) {
  const bool damaged = status.IsCorruption();
  return {damaged ? kErrDamaged : kErrIo, what + ": " + status.ToString()};
}

rocksdb::DBOptions database_options(OpenMode mode) {
  rocksdb::DBOptions options;
  options.create_if_missing = mode != OpenMode::kReadOnly;
  options.create_missing_column_families = mode != OpenMode::kReadOnly;
  // The default stops at the first damaged record of the log and takes the rest for a power cut:
  // half of the acknowledged operations gone, without an error. This one forgives a torn tail only.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log that is missing, or shorter than it was when the next one was begun, is reported.
  options.track_and_verify_wals_in_manifest = true;
  // A batch whose write failed may stand in the log. Were some tables flushed after it, as RocksDB
  // does when it recovers by itself from a full disk, only the others would find it there.
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(std::make_shared<NoRecoveryOfWrites>());
  options.max_total_wal_size = kLogBytesMax;
  options.allow_concurrent_memtable_write = false;  // One thread commits.
  options.bytes_per_sync = kMiB;  // A flush must not make a commit's sync wait for all of it.
  options.max_background_jobs = 2;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 * kMiB;
  options.stats_dump_period_sec = 0;
  if (mode != OpenMode::kReadWrite) options.info_log = std::make_shared<NoMessages>();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> table_options(
    const std::shared_ptr<rocksdb::Cache>& cache) {
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  for (const char* name : kTableNames) {
    const bool has_versions = name == kTableNames[1] || name == kTableNames[2];
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = cache;
    blocks.block_size = 16 << 10;
    blocks.checksum = rocksdb::kXXH3;  // file_check.h relies on it.
    if (!has_versions) {  // Versions are scanned; names and sources are looked up, often in vain.
      blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    }
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    // Packing leaves the marks of removed records behind: files that are full of them are
    // compacted.
    options.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(kDeletionWindow, kDeletionTrigger));
    // Not together with DeleteRange, whose marks RocksDB 7.8 then sorts by a hint for other
    // entries. A document's next record goes beside its last one, and a head over the one before:
    // RocksDB remembers the place, which makes an append half as expensive.
    options.memtable_insert_with_hint_prefix_extractor.reset(
        has_versions ? rocksdb::NewFixedPrefixTransform(8)
                     : rocksdb::NewCappedPrefixTransform(512));
    options.compression = rocksdb::kZSTD;
    options.bottommost_compression = rocksdb::kZSTD;
    options.bottommost_compression_opts.enabled = true;
    options.bottommost_compression_opts.level = kLastCompressionLevel;
    tables.emplace_back(name, options);
  }
  return tables;
}

// Asked of RocksDB's message because its codes do not say it.
bool is_locked(const rocksdb::Status& status) {
  const std::string message = status.ToString();
  return message.find("lock hold by current process") != std::string::npos ||
         message.find("While lock file") != std::string::npos;
}

Error foreign(const std::string& folder) {
  return {kErrForeign, "folder " + folder +
                           " holds other files than cowrite's; choose an empty or a new folder"};
}

Error interrupted_error(const std::string& what) {
  return {kErrBusy, what + ": the program is ending"};
}

Error not_found(const std::string& folder) {
  return {kErrNotFound, "folder " + folder + " holds no cowrite data"};
}

// Puts an iterator, bound to the range, at the entry where the scan begins.
void begin(rocksdb::Iterator& entry, const KeyRange& range, Order order) {
  switch (order) {
    case Order::kForward:
      entry.SeekToFirst();
      return;
    case Order::kBackward:
      entry.SeekToLast();
      return;
    case Order::kForwardFromFloor:
      entry.SeekForPrev(slice(range.from));
      if (!entry.Valid() && entry.status().ok()) entry.SeekToFirst();
      return;
  }
}

}  // namespace

struct KeyValueStore::Engine {
  Engine(std::string path, OpenMode opened_how, const StoreOptions& options)
      : folder(std::move(path)),
        mode(opened_how),
        env(options.env != nullptr ? options.env : rocksdb::Env::Default()),
        // Four shards (two bits): with the default number a seek took a hundred times as long.
        cache(rocksdb::NewLRUCache(options.memory_bytes, 2)),
        // What waits to be flushed counts as part of the cache, and may take half of it.
        buffers(std::make_shared<rocksdb::WriteBufferManager>(options.memory_bytes / 2, cache)) {}
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Table table) const {
    return handles.at(static_cast<std::size_t>(table));
  }
  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> open_database(
      OpenMode how, const std::vector<rocksdb::ColumnFamilyDescriptor>& tables);
  [[nodiscard]] Result<void> open_folder(FolderContent content);
  [[nodiscard]] Result<void> open_beside_writer();
  [[nodiscard]] Result<void> open_backup();
  [[nodiscard]] Result<void> check_tables() const;
  [[nodiscard]] Result<void> check_closed_mark();
  [[nodiscard]] Result<void> check_or_write_format();
  [[nodiscard]] Result<bool> is_empty() const;
  void close();

  std::string folder;
  OpenMode mode;
  bool ready = false;             // Opened, and found to be in order.
  bool shut_down_cleanly = true;  // By who had it open for writing before.
  rocksdb::Env* env;
  std::shared_ptr<rocksdb::Env>
      own_env;  // Of a store in memory or a backup; outlives the database.
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers;
  std::unique_ptr<rocksdb::DB> database;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;

  std::atomic<bool> interrupted = false;

  std::mutex failure_mutex;
  std::optional<Error> failure;  // Of the first failed write.
};

KeyValueStore::Engine::~Engine() {
  close();
  for (rocksdb::ColumnFamilyHandle* table : handles) database->DestroyColumnFamilyHandle(table);
}

// Leaves a folder whose log is empty, marked as closed, if all went well until now.
void KeyValueStore::Engine::close() {
  if (mode != OpenMode::kReadWrite || !ready || failure) return;
  if (database->Flush(rocksdb::FlushOptions(), handles).ok()) {
    static_cast<void>(mark_closed(folder, database->GetLatestSequenceNumber()));
  }
}

Result<void> KeyValueStore::Engine::open() {
  Result<void> opened;
  if (mode == OpenMode::kInMemory) {
    folder = "/memory";
    own_env.reset(rocksdb::NewMemEnv(env));
    env = own_env.get();
    opened = open_database(mode, table_options(cache));
  } else {
    const Result<FolderContent> content = look_into(folder);
    opened = content ? open_folder(*content) : content.error();
  }
  if (opened) opened = check_or_write_format();
  ready = opened.has_value();
  return opened;
}

Result<void> KeyValueStore::Engine::open_folder(FolderContent content) {
  const bool read_only = mode == OpenMode::kReadOnly;
  switch (content) {
    case FolderContent::kNothing:
      if (read_only) return not_found(folder);
      if (Result<void> created = create_folder(folder); !created) return created;
      return open_database(mode, table_options(cache));
    case FolderContent::kDatabase:
      if (read_only) return open_beside_writer();
      if (Result<void> whole = check_files(folder); !whole) return whole;
      if (Result<void> ours = check_tables(); !ours) return ours;
      if (Result<void> opened = open_database(mode, table_options(cache)); !opened) return opened;
      return check_closed_mark();
    case FolderContent::kBackup:
      return read_only ? open_backup()
                       : Error{kErrForeign,
                               "folder " + folder +
                                   " holds backups; cowrite restore makes a data folder of one"};
    case FolderContent::kRemains:
      return Error{kErrDamaged,
                   "folder " + folder + " has lost its file CURRENT; restore it from a backup"};
    case FolderContent::kOther:
      break;
  }
  return foreign(folder);
}

// Opens what is there, or creates it, and says nothing of what it holds.
Result<void> KeyValueStore::Engine::open_database(
    OpenMode how, const std::vector<rocksdb::ColumnFamilyDescriptor>& tables) {
  rocksdb::DBOptions options = database_options(how);
  options.env = env;
  options.write_buffer_manager = buffers;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      how == OpenMode::kReadOnly
          ? rocksdb::DB::OpenForReadOnly(options, folder, tables, &handles, &opened)
          : rocksdb::DB::Open(options, folder, tables, &handles, &opened);
  database.reset(opened);
  if (status.ok()) return {};
  if (is_locked(status)) {
    return Error{kErrInUse, "folder " + folder + " is in use: another server runs on it"};
  }
  return error_of(status, "cannot open folder " + folder);
}

// The mark says how many changes the folder held when it was closed. It does not hold while
// somebody writes.
Result<void> KeyValueStore::Engine::check_closed_mark() {
  const std::optional<std::uint64_t> closed_at = closed_mark(folder);
  shut_down_cleanly = closed_at.has_value();
  const std::uint64_t held = database->GetLatestSequenceNumber();
  if (closed_at && held < *closed_at) {
    return Error{kErrDamaged, "folder " + folder + " was closed after " +
                                  std::to_string(*closed_at) + " changes and now holds " +
                                  std::to_string(held) +
                                  ": its files were damaged since; restore it from a backup"};
  }
  return mode == OpenMode::kReadWrite ? remove_closed_mark(folder) : Result<void>();
}

// The newest backup, as it lies there, which RocksDB finds by absolute paths only.
Result<void> KeyValueStore::Engine::open_backup() {
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::IOStatus status = rocksdb::BackupEngineReadOnly::Open(
      env, rocksdb::BackupEngineOptions(std::filesystem::absolute(folder).string()), &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  if (!status.ok()) return error_of(status, "cannot read the backups in folder " + folder);
  rocksdb::BackupInfo newest;
  if (const rocksdb::Status found = engine->GetLatestBackupInfo(&newest, true); !found.ok()) {
    return found.IsNotFound() ? not_found(folder)
                              : error_of(found, "cannot read the backups in folder " + folder);
  }
  own_env = newest.env_for_open;
  env = own_env.get();
  const std::string backups = std::exchange(folder, newest.name_for_open);
  Result<void> database_opened = open_database(mode, table_options(cache));
  folder = backups;
  return database_opened;
}

// A running server replaces files while they are being opened here. Seen half before and half
// after, the newest records could be missing without an error; so this looks until nothing was
// replaced meanwhile.
Result<void> KeyValueStore::Engine::open_beside_writer() {
  Result<void> opened;
  for (int attempt = 0; attempt < kReadOnlyAttempts; ++attempt) {
    const Result<std::string> before = file_set(folder);
    opened = check_files(folder);
    if (opened) opened = check_tables();
    if (opened) opened = open_database(OpenMode::kReadOnly, table_options(cache));
    if (opened) opened = check_closed_mark();
    const Result<std::string> after = file_set(folder);
    if (before && after && *before == *after) return opened;
    for (rocksdb::ColumnFamilyHandle* table : std::exchange(handles, {})) {
      database->DestroyColumnFamilyHandle(table);
    }
    database.reset();
  }
  return opened ? Error{kErrIo, "folder " + folder + " is too busy to be read"} : opened;
}

// Whether a RocksDB has the tables of a store of ours; asked before it is opened for writing, which
// changes it.
Result<void> KeyValueStore::Engine::check_tables() const {
  std::vector<std::string> names;
  const rocksdb::Status listed =
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder, &names);
  if (!listed.ok()) return error_of(listed, "cannot open folder " + folder);
  const std::set<std::string> present(names.begin(), names.end());
  const std::set<std::string> ours(kTableNames.begin(), kTableNames.end());
  if (present == ours) {
    return has_log_file(folder) || closed_mark(folder)
               ? Result<void>()
               : Error{kErrDamaged, "folder " + folder +
                                        " was not closed and has lost its write-ahead log; "
                                        "restore it from a backup"};
  }
  Engine probe(folder, OpenMode::kReadOnly, StoreOptions());
  if (Result<void> opened = probe.open_database(OpenMode::kReadOnly, {{"default", {}}}); !opened) {
    return opened;
  }
  std::string format;
  const rocksdb::Status status =
      probe.database->Get(rocksdb::ReadOptions(), slice(kFormatKey), &format);
  if (status.ok()) {
    const Result<void> known = check_format(format, folder);
    return known ? Error{kErrDamaged, "the data in folder " + folder + " lacks a table"} : known;
  }
  const Result<bool> empty = probe.is_empty();
  if (!empty) return empty.error();
  if (has_data_file(folder)) {
    return Error{kErrDamaged, "the data in folder " + folder +
                                  " is not in its list of files; restore it from a backup"};
  }
  const bool creation_interrupted = *empty && std::ranges::includes(ours, present);
  if (!creation_interrupted) return foreign(folder);
  return mode == OpenMode::kReadOnly ? not_found(folder) : Result<void>();
}

// Checks the format, and gives one to a store that has just been created.
Result<void> KeyValueStore::Engine::check_or_write_format() {
  std::string value;
  const rocksdb::Status status =
      database->Get(rocksdb::ReadOptions(), handle(Table::kMeta), slice(kFormatKey), &value);
  if (status.ok()) return check_format(value, folder);
  if (!status.IsNotFound()) return error_of(status, "cannot read folder " + folder);
  const Result<bool> empty = is_empty();
  if (!empty) return empty.error();
  if (!*empty) return foreign(folder);
  if (mode == OpenMode::kReadOnly) return not_found(folder);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status written = database->Put(options, handle(Table::kMeta), slice(kFormatKey),
                                                std::to_string(kFormatVersion));
  return written.ok() ? Result<void>() : error_of(written, "cannot write to folder " + folder);
}

Result<bool> KeyValueStore::Engine::is_empty() const {
  for (rocksdb::ColumnFamilyHandle* table : handles) {
    const std::unique_ptr<rocksdb::Iterator> first(
        database->NewIterator(rocksdb::ReadOptions(), table));
    first->SeekToFirst();
    if (!first->status().ok()) return error_of(first->status(), "cannot read folder " + folder);
    if (first->Valid()) return false;
  }
  return true;
}

struct WriteBatch::Changes {
  const KeyValueStore::Engine& engine;
  rocksdb::WriteBatch batch;
};

KeyValueStore::KeyValueStore(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
KeyValueStore::~KeyValueStore() = default;

Result<std::unique_ptr<KeyValueStore>> KeyValueStore::open(const std::string& folder, OpenMode mode,
                                                           const StoreOptions& options) {
  auto engine = std::make_unique<Engine>(folder, mode, options);
  if (Result<void> opened = engine->open(); !opened) return opened.error();
  return std::unique_ptr<KeyValueStore>(new KeyValueStore(std::move(engine)));
}

bool KeyValueStore::was_shut_down_cleanly() const { return engine_->shut_down_cleanly; }

Result<std::optional<std::string>> KeyValueStore::get(Table table, std::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      engine_->database->Get(rocksdb::ReadOptions(), engine_->handle(table), slice(key), &value);
  if (status.ok()) return std::optional<std::string>(std::move(value));
  if (status.IsNotFound()) return std::optional<std::string>();
  return error_of(status, "cannot read folder " + engine_->folder);
}

Result<void> KeyValueStore::scan(Table table, const KeyRange& range, Order order,
                                 const Visitor& visit) const {
  const std::string lowest =
      order == Order::kForwardFromFloor ? range.from.substr(0, kFloorPrefixBytes) : range.from;
  const rocksdb::Slice from = slice(lowest);
  const rocksdb::Slice to = slice(range.to);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &from;
  options.iterate_upper_bound = &to;
  const std::unique_ptr<rocksdb::Iterator> entry(
      engine_->database->NewIterator(options, engine_->handle(table)));
  begin(*entry, range, order);
  const bool backward = order == Order::kBackward;
  while (entry->Valid() && visit(view(entry->key()), view(entry->value())) == Visit::kContinue) {
    backward ? entry->Prev() : entry->Next();
  }
  // A damaged block ends the loop like the end of the range does.
  if (!entry->status().ok()) {
    return error_of(entry->status(), "cannot read folder " + engine_->folder);
  }
  return {};
}

Result<void> KeyValueStore::write(const WriteBatch& batch, Durability durability) {
  if (std::optional<Error> earlier = failure()) return *std::move(earlier);
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const rocksdb::Status status = engine_->database->Write(options, &batch.changes_->batch);
  if (status.ok()) return {};
  // RocksDB would try again by itself; but what a failed sync has lost, the next one confirms.
  rocksdb::CancelAllBackgroundWork(engine_->database.get(), false);
  const std::lock_guard lock(engine_->failure_mutex);
  if (!engine_->failure) {
    engine_->failure = error_of(status, "cannot write to folder " + engine_->folder);
  }
  return *engine_->failure;
}

std::optional<Error> KeyValueStore::failure() const {
  const std::lock_guard lock(engine_->failure_mutex);
  return engine_->failure;
}

void KeyValueStore::interrupt() {
  engine_->interrupted = true;
  engine_->database->DisableManualCompaction();
}

Result<void> KeyValueStore::compact() {
  for (rocksdb::ColumnFamilyHandle* const table : engine_->handles) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const rocksdb::Status status =
        engine_->database->CompactRange(options, table, nullptr, nullptr);
    if (engine_->interrupted) {
      return interrupted_error("the files of folder " + engine_->folder +
                               " were not all rewritten");
    }
    if (!status.ok()) return error_of(status, "cannot compact folder " + engine_->folder);
  }
  return {};
}

Result<std::uint64_t> KeyValueStore::disk_bytes(Table table, const KeyRange& range) const {
  rocksdb::SizeApproximationOptions options;
  options.include_memtables = true;
  options.files_size_error_margin = 0.1;
  const rocksdb::Range asked(slice(range.from), slice(range.to));
  std::uint64_t bytes = 0;
  const rocksdb::Status status =
      engine_->database->GetApproximateSizes(options, engine_->handle(table), &asked, 1, &bytes);
  return status.ok() ? Result<std::uint64_t>(bytes)
                     : error_of(status, "cannot read folder " + engine_->folder);
}

StoreStatistics KeyValueStore::statistics() const {
  const auto sum = [this](const std::string& property) {
    std::uint64_t total = 0;
    for (rocksdb::ColumnFamilyHandle* const table : engine_->handles) {
      std::uint64_t value = 0;
      total += engine_->database->GetIntProperty(table, property, &value) ? value : 0;
    }
    return total;
  };
  return {.file_bytes = sum(rocksdb::DB::Properties::kTotalSstFilesSize),
          .unflushed_bytes = sum(rocksdb::DB::Properties::kCurSizeAllMemTables),
          .cache_bytes = engine_->cache->GetUsage(),
          .memory_bytes_max = engine_->cache->GetCapacity(),
          .compaction_bytes = sum(rocksdb::DB::Properties::kEstimatePendingCompactionBytes)};
}

Result<BackupInfo> KeyValueStore::back_up(const std::string& folder) {
  rocksdb::BackupEngine* opened = nullptr;
  const std::string failed = "cannot back up to folder " + folder;
  if (Result<void> created = create_folder(folder); !created) return created.error();
  const Result<FolderContent> content = look_into(folder);
  if (!content || (*content != FolderContent::kNothing && *content != FolderContent::kBackup)) {
    return content ? Error{kErrForeign, failed +
                                            ": it holds other files than backups; choose an "
                                            "empty or a new folder"}
                   : content.error();
  }
  rocksdb::IOStatus status =
      rocksdb::BackupEngine::Open(engine_->env, rocksdb::BackupEngineOptions(folder), &opened);
  const std::unique_ptr<rocksdb::BackupEngine> backups(opened);
  if (!status.ok()) return error_of(status, failed);
  rocksdb::CreateBackupOptions options;
  options.flush_before_backup = true;
  options.progress_callback = [this, &backups] {
    if (engine_->interrupted) backups->StopBackup();
  };
  rocksdb::BackupID number = 0;
  status = backups->CreateNewBackup(options, engine_->database.get(), &number);
  if (engine_->interrupted) return interrupted_error(failed);
  rocksdb::BackupInfo made;
  if (status.ok() && !backups->GetBackupInfo(number, &made).ok()) {
    status = rocksdb::IOStatus::IOError("the backup cannot be found again");
  }
  return status.ok() ? Result<BackupInfo>(BackupInfo{number, made.size}) : error_of(status, failed);
}

Result<void> KeyValueStore::restore(const std::string& backups, const std::string& folder) {
  const Result<FolderContent> content = look_into(folder);
  const Result<FolderContent> source = look_into(backups);
  if (!content || !source) return content ? source.error() : content.error();
  if (*source != FolderContent::kBackup) {
    return Error{kErrNotFound, "folder " + backups + " holds no backup"};
  }
  if (*content != FolderContent::kNothing) {
    return Error{kErrForeign, "folder " + folder + " is not empty; restore into a new one"};
  }
  if (Result<void> created = create_folder(folder); !created) return created;
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  rocksdb::IOStatus status = rocksdb::BackupEngineReadOnly::Open(
      rocksdb::Env::Default(), rocksdb::BackupEngineOptions(backups), &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  if (status.ok()) status = engine->RestoreDBFromLatestBackup(folder, folder);
  if (!status.ok()) return error_of(status, "cannot restore the backup in folder " + backups);
  return mark_closed(folder, 0);  // A backup may hold no log; nothing is missing for that.
}

WriteBatch::WriteBatch(const KeyValueStore& store)
    : changes_(new Changes{*store.engine_, rocksdb::WriteBatch()}) {}
WriteBatch::~WriteBatch() = default;

void WriteBatch::put(Table table, std::string_view key, std::string_view value) {
  CHECK(changes_->batch.Put(changes_->engine.handle(table), slice(key), slice(value)).ok());
}

void WriteBatch::erase(Table table, std::string_view key) {
  CHECK(changes_->batch.Delete(changes_->engine.handle(table), slice(key)).ok());
}

void WriteBatch::clear() { changes_->batch.Clear(); }

std::size_t WriteBatch::bytes() const { return changes_->batch.GetDataSize(); }

}  // namespace cowrite::storage
