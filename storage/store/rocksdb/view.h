// A view of a database: RocksDB's snapshot of it; and who waits for older views to end.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/snapshot.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store/rocksdb/database.h"
#include "storage/store/view.h"

namespace cowrite::storage::rocks {

// Wakes those who wait until views have ended.
struct ViewsEnded {
  std::mutex mutex;
  std::condition_variable changed;
};

class SnapshotView final : public View {
 public:
  // Of a database that is open read-only, which does not change, it needs no snapshot.
  SnapshotView(const Database& database, OpenMode mode, const std::string& folder,
               ViewsEnded& ended, std::shared_ptr<const void> owner)
      : owner_(std::move(owner)),
        database_(database),
        folder_(folder),
        ended_(ended),
        snapshot_(mode == OpenMode::kReadOnly ? nullptr : database->GetSnapshot()) {
    options_.snapshot = snapshot_;
  }
  ~SnapshotView() override {
    if (snapshot_ == nullptr) return;
    database_->ReleaseSnapshot(snapshot_);
    { const std::lock_guard lock(ended_.mutex); }
    ended_.changed.notify_all();
  }
  SnapshotView(const SnapshotView&) = delete;
  SnapshotView& operator=(const SnapshotView&) = delete;

  Result<std::optional<std::string>> get(Table table, std::string_view key) const override {
    std::string value;
    const rocksdb::Status status =
        database_->Get(options_, database_.table(table), slice(key), &value);
    if (status.ok()) return std::optional<std::string>(std::move(value));
    if (status.IsNotFound()) return std::optional<std::string>();
    return unreadable(status, folder_);
  }

  Result<std::vector<std::optional<std::string>>> get_many(
      Table table, std::span<const std::string> keys) const override {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    database_->MultiGet(options_, database_.table(table), keys.size(), slices.data(), found.data(),
                        statuses.data());
    std::vector<std::optional<std::string>> values(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) {
        values[i] = found[i].ToString();
      } else if (!statuses[i].IsNotFound()) {
        return unreadable(statuses[i], folder_);
      }
    }
    return values;
  }

  Result<void> scan(Table table, const KeyRange& range, Order order,
                    const EntryVisitor& visit) const override {
    const std::string from = order == Order::kForwardFromFloor ? lowest_floor(range) : range.from;
    const rocksdb::Slice lowest = slice(from);
    const rocksdb::Slice end = slice(range.to);
    rocksdb::ReadOptions options = options_;
    options.iterate_lower_bound = &lowest;
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> entry(
        database_->NewIterator(options, database_.table(table)));
    if (Result<void> begun = begin(*entry, table, range, order); !begun) return begun;
    std::string last = range.to;  // The key that was shown last.
    while (entry->Valid()) {
      const Result<Visit> visited = visit(bytes_of(entry->key()), bytes_of(entry->value()));
      if (!visited) return visited.error();
      if (*visited == Visit::kStop) return {};
      if (order == Order::kBackward) last = bytes_of(entry->key());
      order == Order::kBackward ? entry->Prev() : entry->Next();
    }
    // A damaged block ends the loop like the end of the range does.
    if (entry->status().ok()) return {};
    return order == Order::kBackward && entry->status().IsCorruption()
               ? scan_back_by_keys(table, {range.from, last}, visit)
               : unreadable(entry->status(), folder_);
  }

  Result<std::uint64_t> bytes_between(Table table, const KeyRange& range) const override {
    return approximate_bytes(table, range, {});
  }

  Result<std::uint64_t> disk_bytes(Table table, const KeyRange& range) const override {
    rocksdb::SizeApproximationOptions options;
    options.include_memtables = true;
    options.files_size_error_margin = 0.1;
    return approximate_bytes(table, range, options);
  }

 private:
  Result<std::uint64_t> approximate_bytes(Table table, const KeyRange& range,
                                          const rocksdb::SizeApproximationOptions& options) const {
    const rocksdb::Range asked(slice(range.from), slice(range.to));
    std::uint64_t bytes = 0;
    const rocksdb::Status status =
        database_->GetApproximateSizes(options, database_.table(table), &asked, 1, &bytes);
    return status.ok() ? Result<std::uint64_t>(bytes) : unreadable(status, folder_);
  }

  // Puts an iterator, bound to the range, at the entry where the scan begins.
  Result<void> begin(rocksdb::Iterator& entry, Table table, const KeyRange& range,
                     Order order) const {
    switch (order) {
      case Order::kForward:
        entry.SeekToFirst();
        return {};
      case Order::kBackward:
        entry.SeekToLast();
        return {};
      case Order::kForwardFromFloor:
        entry.SeekForPrev(slice(range.from));
        if (entry.status().IsCorruption()) return begin_by_keys(entry, table, range);
        if (!entry.Valid() && entry.status().ok()) entry.SeekToFirst();
        return {};
    }
    return {};
  }

  // The lowest key that a scan from the floor may begin at. As long as the others: a mere prefix
  // may be what RocksDB's index has for the end of the block before.
  static std::string lowest_floor(const KeyRange& range) {
    std::string lowest = range.from.substr(0, kFloorPrefixBytes);
    lowest.resize(range.from.size(), '\0');
    return lowest;
  }

  // ---- Where a scan that goes backward meets damage
  //
  // To find an entry from behind, RocksDB also reads the one before it, which may be in a block of
  // another document. These go forward, which reads no block without a key in the range; but they
  // go over all that is before, so they come second.

  Result<void> begin_by_keys(rocksdb::Iterator& entry, Table table, const KeyRange& range) const {
    const Result<std::vector<std::string>> before =
        keys_in(table, {lowest_floor(range), range.from + '\0'});
    if (!before) return before.error();
    entry.Seek(slice(before->empty() ? range.from : before->back()));
    return {};
  }

  Result<void> scan_back_by_keys(Table table, const KeyRange& range,
                                 const EntryVisitor& visit) const {
    Result<std::vector<std::string>> keys = keys_in(table, range);
    if (!keys) return keys.error();
    std::ranges::reverse(*keys);
    for (const std::string& key : *keys) {
      const Result<std::optional<std::string>> value = get(table, key);
      if (!value) return value.error();
      if (!*value) return unreadable(rocksdb::Status::Corruption("a key is missing"), folder_);
      const Result<Visit> visited = visit(key, **value);
      if (!visited) return visited.error();
      if (*visited == Visit::kStop) break;
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<std::string>> keys_in(Table table, const KeyRange& range) const {
    std::vector<std::string> keys;
    const Result<void> scanned =
        scan(table, range, Order::kForward,
             [&keys](std::string_view key, std::string_view) -> Result<Visit> {
               keys.emplace_back(key);
               return Visit::kContinue;
             });
    return scanned ? Result<std::vector<std::string>>(std::move(keys)) : scanned.error();
  }

  const std::shared_ptr<const void> owner_;  // Of what the references are to.
  const Database& database_;
  const std::string& folder_;
  ViewsEnded& ended_;
  const rocksdb::Snapshot* const snapshot_;
  rocksdb::ReadOptions options_;
};

}  // namespace cowrite::storage::rocks
