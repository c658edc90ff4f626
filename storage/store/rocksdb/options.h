// How RocksDB is set up, and why: each option stands beside the trap that it avoids.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/counting/counter.h"
#include "storage/store/rocksdb/blocks.h"
#include "storage/store/rocksdb/messages.h"
#include "storage/store/rocksdb_store.h"

namespace cowrite::storage::rocks {

inline constexpr std::size_t kMiB = std::size_t{1} << 20;

// Of what is compacted for the last time: a tenth smaller than at ZSTD's default, for a few times
// the processor time, once. Not of records: they are packed by us, and shrink no more.
inline constexpr int kLastCompressionLevel = 16;

// A file in which of so many neighbours so many are marks of removed entries is compacted.
inline constexpr std::size_t kDeletionWindow = 4'096;
inline constexpr std::size_t kDeletionTrigger = 2'048;

// The write-ahead log is what a restart reads; past this the oldest buffers are flushed.
inline constexpr std::size_t kLogBytesMax = 256 * kMiB;

// In the order of Table. The last one is empty in this release, so it has no place there.
inline constexpr std::array<const char*, 5> kTableNames = {"default", "records", "checkpoints",
                                                           "sources", "access"};
// The first so many are those of format 1.
inline constexpr std::size_t kTablesOfFormat1 = 4;

// What RocksDB tells of its work in the background: what becomes of errors, and when it does not
// keep up.
class BackgroundEvents final : public rocksdb::EventListener {
 public:
  // After a failed write nothing is written until the next start, which reads the log again.
  // Flushing and compacting may go on when a full disk has room again.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = reason == rocksdb::BackgroundErrorReason::kFlush ||
                     reason == rocksdb::BackgroundErrorReason::kCompaction;
  }

  // A damaged block that a compaction meets is no reason to stop all writes; its readers report it.
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override {
    if (reason != rocksdb::BackgroundErrorReason::kCompaction || !status->IsCorruption()) return;
    met_damage_ = true;
    *status = rocksdb::Status::OK();
  }

  // Writes have become slow or stopped until compaction catches up.
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override {
    if (info.condition.cur == rocksdb::WriteStallCondition::kDelayed) delays_.add();
    if (info.condition.cur == rocksdb::WriteStallCondition::kStopped) stops_.add();
  }
  [[nodiscard]] std::uint64_t delays() const { return delays_.value(); }
  [[nodiscard]] std::uint64_t stops() const { return stops_.value(); }

  // Whether a compaction has met damage since the last call.
  [[nodiscard]] bool take_damage() { return met_damage_.exchange(false); }

 private:
  std::atomic<bool> met_damage_ = false;
  counting::SharedCounter delays_;
  counting::SharedCounter stops_;
};

inline rocksdb::DBOptions database_options(const std::string& folder, OpenMode mode) {
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
  options.max_total_wal_size = kLogBytesMax;
  options.allow_concurrent_memtable_write = false;  // One thread commits.
  options.bytes_per_sync = kMiB;  // A flush must not make a commit's sync wait for all of it.
  options.max_background_jobs = 2;
  options.stats_dump_period_sec = 0;
  if (mode == OpenMode::kReadWrite) {
    options.info_log = std::make_shared<MessageFile>(folder);
  } else {
    options.info_log = std::make_shared<NoMessages>();
  }
  return options;
}

inline std::vector<rocksdb::ColumnFamilyDescriptor> table_options(
    const std::shared_ptr<rocksdb::Cache>& cache) {
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  for (const char* name : kTableNames) {
    const bool has_versions = name == kTableNames[1] || name == kTableNames[2];
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = cache;
    blocks.block_size = kBlockBytes;
    if (name != kTableNames[0]) {
      blocks.flush_block_policy_factory = std::make_shared<BlockPolicies>();
    }
    blocks.checksum = rocksdb::kXXH3;  // file_check.h relies on it.
    // With the first key of each block in the index, a search does not read a block in vain that
    // only has other documents in it, and may be damaged.
    blocks.index_type = rocksdb::BlockBasedTableOptions::kBinarySearchWithFirstKey;
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
    options.bottommost_compression_opts.enabled = name != kTableNames[1];
    options.bottommost_compression_opts.level = kLastCompressionLevel;
    tables.emplace_back(name, options);
  }
  return tables;
}

}  // namespace cowrite::storage::rocks
