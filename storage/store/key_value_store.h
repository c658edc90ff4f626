// KeyValueStore: ordered tables of byte strings, written in atomic batches that are on disk when
// write() returns. The one user of RocksDB; its options and traps are in the .cc.
//
// Knows who may use a data folder: one process to write, any number to read beside it; and whether
// the folder is ours and of a format that we know. Knows nothing of what the bytes mean.
//
// Thread-safe. Damaged blocks are reported by checksum with kErrDamaged, other failures with
// kErrIo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "storage/format/keys.h"

namespace rocksdb {
class Env;
}

namespace cowrite::storage {

enum class Table : std::uint8_t { kMeta, kRecords, kCheckpoints, kSources };

enum class OpenMode {
  kReadWrite,  // Creates the folder if need be. One process at a time.
  kReadOnly,   // What was there when it was opened, also beside a writer; changes no file.
  kInMemory,   // The same engine, leaving no trace; the folder is ignored.
};

// Memory for blocks that were read and for what waits to be flushed.
inline constexpr std::size_t kStoreMemoryBytes = std::size_t{128} << 20;

struct StoreOptions {
  std::size_t memory_bytes = kStoreMemoryBytes;
  rocksdb::Env* env = nullptr;  // For tests whose disk fails; RocksDB's own if null. Outlives it.
};

struct StoreStatistics {
  std::uint64_t file_bytes = 0;        // Of tables on disk, without the write-ahead log.
  std::uint64_t unflushed_bytes = 0;   // In memory; on disk in the log only.
  std::uint64_t cache_bytes = 0;       // In memory, the unflushed included.
  std::uint64_t memory_bytes_max = 0;  // What the two may come to.
  std::uint64_t compaction_bytes = 0;  // About how many are due to be compacted.
};

struct BackupInfo {
  std::uint64_t number = 0;  // Counted in its folder, from 1.
  std::uint64_t bytes = 0;   // Of all its files, those shared with other backups included.
};

enum class Durability {
  kSynced,   // On disk when write() returns, with everything written before.
  kWritten,  // Survives the process; a power cut may take it, and then all that was written later,
             // too.
};

enum class Order {
  kForward,
  kBackward,
  kForwardFromFloor,  // Forward, from the last entry at or before range.from, if its key begins
                      // with the same kFloorPrefixBytes.
};
inline constexpr std::size_t kFloorPrefixBytes = 8;
enum class Visit { kContinue, kStop };

class KeyValueStore;

// Changes to a store, made all or none by KeyValueStore::write(). Belongs to one thread.
class WriteBatch {
 public:
  // REQUIRES: the store outlives it.
  explicit WriteBatch(const KeyValueStore& store);
  ~WriteBatch();
  WriteBatch(const WriteBatch&) = delete;
  WriteBatch& operator=(const WriteBatch&) = delete;

  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);
  void clear();
  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class KeyValueStore;
  struct Changes;
  std::unique_ptr<Changes> changes_;
};

class KeyValueStore {
 public:
  // Fails with kErrNotFound, kErrInUse, kErrForeign, kErrNewerFormat, kErrDamaged or kErrIo, and a
  // sentence that names the folder. A folder of backups opens read-only, at the newest.
  [[nodiscard]] static Result<std::unique_ptr<KeyValueStore>> open(
      const std::string& folder, OpenMode mode, const StoreOptions& options = {});
  // Marks the folder as closed in order, unless a write failed.
  ~KeyValueStore();
  KeyValueStore(const KeyValueStore&) = delete;
  KeyValueStore& operator=(const KeyValueStore&) = delete;

  [[nodiscard]] Result<std::optional<std::string>> get(Table table, std::string_view key) const;

  using Visitor = std::function<Visit(std::string_view key, std::string_view value)>;
  // Shows the visitor the entries in range, as they were when the scan began, until it says stop.
  [[nodiscard]] Result<void> scan(Table table, const KeyRange& range, Order order,
                                  const Visitor& visit) const;

  // After a failure nobody knows what is on disk: write nothing more. REQUIRES: not opened
  // read-only.
  [[nodiscard]] Result<void> write(const WriteBatch& batch, Durability durability);

  // The first failed write.
  [[nodiscard]] std::optional<Error> failure() const;

  // False if who had the folder open for writing before did not live to close it: then the newest
  // of what was not synced may be missing.
  [[nodiscard]] bool was_shut_down_cleanly() const;

  // Ends what takes long: compact() and back_up() fail with kErrBusy, from now on.
  void interrupt();

  // Rewrites all files, so that what was erased is on disk no more. REQUIRES: as write().
  [[nodiscard]] Result<void> compact();

  // About how much of the disk the entries in range take.
  [[nodiscard]] Result<std::uint64_t> disk_bytes(Table table, const KeyRange& range) const;
  [[nodiscard]] StoreStatistics statistics() const;

  // Adds the store as it is now to a folder of backups, made if need be; what is there already is
  // not copied again. Writers go on meanwhile. Fails with kErrForeign or kErrIo. REQUIRES: as
  // write().
  [[nodiscard]] Result<BackupInfo> back_up(const std::string& folder);
  // Makes a data folder of the newest backup. Fails with kErrNotFound, kErrForeign (the folder is
  // not empty), kErrDamaged or kErrIo.
  [[nodiscard]] static Result<void> restore(const std::string& backups, const std::string& folder);

 private:
  friend class WriteBatch;
  struct Engine;
  explicit KeyValueStore(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace cowrite::storage
