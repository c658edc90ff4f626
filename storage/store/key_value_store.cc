#include "storage/store/key_value_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "storage/errors.h"
#include "storage/store/data_folder.h"

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

// Written last when a store is created. Its place and its form, a decimal number, are the same in
// every format to come.
constexpr std::string_view kFormatKey = "format";

// Memory. The records' buffer is the largest because nearly all that is written is records.
constexpr std::size_t kBlockCacheBytes = 64 * kMiB;
constexpr std::size_t kRecordsBufferBytes = 32 * kMiB;
constexpr std::size_t kOtherBufferBytes = 16 * kMiB;

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

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error error_of(const rocksdb::Status& status, const std::string& what) {
  const bool damaged = status.IsCorruption();
  return {damaged ? kErrDamaged : kErrIo, what + ": " + status.ToString()};
}

rocksdb::DBOptions database_options(OpenMode mode, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = mode != OpenMode::kReadOnly;
  options.create_missing_column_families = mode != OpenMode::kReadOnly;
  // The default stops at the first damaged record of the log and takes the rest for a power cut:
  // half of the acknowledged operations gone, without an error. This one forgives a torn tail only.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = kLogBytesMax;
  options.allow_concurrent_memtable_write = false;  // One thread commits.
  options.bytes_per_sync = kMiB;  // A flush must not make a commit's sync wait for all of it.
  options.max_background_jobs = 2;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 * kMiB;
  options.stats_dump_period_sec = 0;
  if (mode != OpenMode::kReadWrite) {
    options.info_log = std::make_shared<NoMessages>();
  }
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> table_options() {
  // Four shards (two bits): with the default number a seek took a hundred times as long.
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes, 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  for (const char* name : kTableNames) {
    const bool has_versions = name == kTableNames[1] || name == kTableNames[2];
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = cache;
    blocks.block_size = 16 << 10;
    if (!has_versions) {  // Versions are scanned; names and sources are looked up, often in vain.
      blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    }
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    options.write_buffer_size = name == kTableNames[1] ? kRecordsBufferBytes : kOtherBufferBytes;
    // A document's next record goes beside its last one, and a head over the one before: RocksDB
    // remembers the place, which makes an append half as expensive.
    options.memtable_insert_with_hint_prefix_extractor.reset(
        has_versions ? rocksdb::NewFixedPrefixTransform(8)
                     : rocksdb::NewCappedPrefixTransform(512));
    options.compression = rocksdb::kLZ4Compression;
    options.bottommost_compression = rocksdb::kZSTD;
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

Error not_found(const std::string& folder) {
  return {kErrNotFound, "folder " + folder + " holds no cowrite data"};
}

Result<void> check_format(std::string_view value, const std::string& folder) {
  std::uint64_t format = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, format);
  if (error != std::errc() || rest != end || format == 0) {
    return Error{kErrDamaged, "the format version of the data in folder " + folder + " is damaged"};
  }
  if (format > kFormatVersion) {
    return Error{kErrNewerFormat, "the data in folder " + folder + " has format " +
                                      std::to_string(format) +
                                      ", this program knows formats up to " +
                                      std::to_string(kFormatVersion) + "; use a newer release"};
  }
  return {};
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
      if (!entry.Valid() && entry.status().ok()) {
        entry.SeekToFirst();
      }
      return;
  }
}

}  // namespace

struct KeyValueStore::Engine {
  explicit Engine(std::string path) : folder(std::move(path)) {}
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Table table) const {
    return handles.at(static_cast<std::size_t>(table));
  }
  [[nodiscard]] Result<void> open(OpenMode mode,
                                  const std::vector<rocksdb::ColumnFamilyDescriptor>& tables);
  [[nodiscard]] Result<void> open_beside_writer();
  [[nodiscard]] Result<void> check_tables(OpenMode mode) const;
  [[nodiscard]] Result<void> settle_format(OpenMode mode);
  [[nodiscard]] Result<bool> is_empty() const;

  std::string folder;
  std::unique_ptr<rocksdb::Env> memory;  // Of a store in memory; outlives the database.
  std::unique_ptr<rocksdb::DB> database;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;

  std::mutex failure_mutex;
  std::optional<Error> failure;  // Of the first failed write.
};

KeyValueStore::Engine::~Engine() {
  for (rocksdb::ColumnFamilyHandle* table : handles) {
    database->DestroyColumnFamilyHandle(table);
  }
}

// Opens what is there, or creates it, and says nothing of what it holds.
Result<void> KeyValueStore::Engine::open(
    OpenMode mode, const std::vector<rocksdb::ColumnFamilyDescriptor>& tables) {
  rocksdb::Env* const env = memory != nullptr ? memory.get() : rocksdb::Env::Default();
  const rocksdb::DBOptions options = database_options(mode, env);
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      mode == OpenMode::kReadOnly
          ? rocksdb::DB::OpenForReadOnly(options, folder, tables, &handles, &opened)
          : rocksdb::DB::Open(options, folder, tables, &handles, &opened);
  database.reset(opened);
  if (status.ok()) {
    return {};
  }
  if (is_locked(status)) {
    return Error{kErrInUse, "folder " + folder + " is in use: another server runs on it"};
  }
  return error_of(status, "cannot open folder " + folder);
}

// A running server replaces files while they are being opened here. Seen half before and half
// after, the newest records could be missing without an error; so this looks until nothing was
// replaced meanwhile.
Result<void> KeyValueStore::Engine::open_beside_writer() {
  Result<void> opened;
  for (int attempt = 0; attempt < kReadOnlyAttempts; ++attempt) {
    const Result<std::string> before = file_set(folder);
    opened = check_tables(OpenMode::kReadOnly);
    if (opened) {
      opened = open(OpenMode::kReadOnly, table_options());
    }
    const Result<std::string> after = file_set(folder);
    if (before && after && *before == *after) {
      return opened;
    }
    for (rocksdb::ColumnFamilyHandle* table : std::exchange(handles, {})) {
      database->DestroyColumnFamilyHandle(table);
    }
    database.reset();
  }
  return opened ? Error{kErrIo, "folder " + folder + " is too busy to be read"} : opened;
}

// Whether a RocksDB has the tables of a store of ours; asked before it is opened for writing, which
// changes it.
Result<void> KeyValueStore::Engine::check_tables(OpenMode mode) const {
  std::vector<std::string> names;
  const rocksdb::Status listed =
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder, &names);
  if (!listed.ok()) {
    return error_of(listed, "cannot open folder " + folder);
  }
  const std::set<std::string> present(names.begin(), names.end());
  const std::set<std::string> ours(kTableNames.begin(), kTableNames.end());
  if (present == ours) {
    return {};
  }
  Engine probe(folder);
  if (Result<void> opened = probe.open(OpenMode::kReadOnly, {{"default", {}}}); !opened) {
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
  if (!empty) {
    return empty.error();
  }
  const bool creation_interrupted = *empty && std::ranges::includes(ours, present);
  if (!creation_interrupted) {
    return foreign(folder);
  }
  return mode == OpenMode::kReadOnly ? not_found(folder) : Result<void>();
}

// Checks the format, and gives one to a store that has just been created.
Result<void> KeyValueStore::Engine::settle_format(OpenMode mode) {
  std::string value;
  const rocksdb::Status status =
      database->Get(rocksdb::ReadOptions(), handle(Table::kMeta), slice(kFormatKey), &value);
  if (status.ok()) {
    return check_format(value, folder);
  }
  if (!status.IsNotFound()) {
    return error_of(status, "cannot read folder " + folder);
  }
  const Result<bool> empty = is_empty();
  if (!empty) {
    return empty.error();
  }
  if (!*empty) {
    return foreign(folder);
  }
  if (mode == OpenMode::kReadOnly) {
    return not_found(folder);
  }
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
    if (!first->status().ok()) {
      return error_of(first->status(), "cannot read folder " + folder);
    }
    if (first->Valid()) {
      return false;
    }
  }
  return true;
}

struct WriteBatch::Changes {
  const KeyValueStore::Engine& engine;
  rocksdb::WriteBatch batch;
};

KeyValueStore::KeyValueStore(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
KeyValueStore::~KeyValueStore() = default;

Result<std::unique_ptr<KeyValueStore>> KeyValueStore::open(const std::string& folder,
                                                           OpenMode mode) {
  auto engine = std::make_unique<Engine>(folder);
  Result<void> opened;
  if (mode == OpenMode::kInMemory) {
    engine->folder = "/memory";
    engine->memory.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    opened = engine->open(mode, table_options());
  } else {
    const Result<FolderContent> content = look_into(folder);
    if (!content) {
      return content.error();
    }
    if (*content == FolderContent::kOther) {
      return foreign(folder);
    }
    if (mode == OpenMode::kReadOnly) {
      opened =
          *content == FolderContent::kNothing ? not_found(folder) : engine->open_beside_writer();
    } else {
      opened =
          *content == FolderContent::kNothing ? create_folder(folder) : engine->check_tables(mode);
      if (opened) {
        opened = engine->open(mode, table_options());
      }
    }
  }
  if (opened) {
    opened = engine->settle_format(mode);
  }
  if (!opened) {
    return opened.error();
  }
  return std::unique_ptr<KeyValueStore>(new KeyValueStore(std::move(engine)));
}

Result<std::optional<std::string>> KeyValueStore::get(Table table, std::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      engine_->database->Get(rocksdb::ReadOptions(), engine_->handle(table), slice(key), &value);
  if (status.ok()) {
    return std::optional<std::string>(std::move(value));
  }
  if (status.IsNotFound()) {
    return std::optional<std::string>();
  }
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
  if (std::optional<Error> earlier = failure()) {
    return *std::move(earlier);
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const rocksdb::Status status = engine_->database->Write(options, &batch.changes_->batch);
  if (status.ok()) {
    return {};
  }
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
