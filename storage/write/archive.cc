#include "storage/write/archive.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/format/chain.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/format/segment.h"
#include "storage/limits.h"
#include "storage/read/record_scan.h"
#include "storage/read/stored_history.h"
#include "storage/store/chain_links.h"
#include "storage/store/heads.h"
#include "storage/store/sources.h"
#include "storage/write/put_records.h"

namespace cowrite::storage {
namespace {

// A batch that has grown this large is written.
constexpr std::size_t kBatchBytes = std::size_t{4} << 20;

// A segment that has so many records or takes so many bytes is full: it is written for good, and
// what comes after it goes into the next one.
constexpr std::size_t kFullSegmentRecords = kSegmentRecords - kPackRecords / 2;
constexpr std::size_t kFullSegmentBytes = kSegmentBytes / 16;

bool has_room(std::size_t records, std::size_t bytes) {
  return records < kFullSegmentRecords && bytes < kFullSegmentBytes;
}

// About what an entry of the index takes beside its source's name.
constexpr std::size_t kSourceEntryBytes = 64;

// The versions of the newest checkpoints of a document, newest first, at most `count`.
Result<std::vector<std::uint64_t>> newest_checkpoints(const View& view, DocumentNumber number,
                                                      std::size_t count) {
  std::vector<std::uint64_t> newest;
  const Result<void> scanned =
      view.scan(Table::kCheckpoints, versions(number, 0, ~std::uint64_t{0}), Order::kBackward,
                [&](std::string_view key, std::string_view) -> Result<Visit> {
                  const Result<VersionKey> place = decode_version_key(key);
                  if (!place) return place.error();
                  newest.push_back(place->version);
                  return newest.size() < count ? Visit::kContinue : Visit::kStop;
                });
  if (!scanned) return scanned.error();
  return newest;
}

// The last link at or before `version`; without any, where the records begin. REQUIRES: version >=
// head.erased.
Result<ChainLink> find_link(const View& view, const DocumentKey& key, const Head& head,
                            std::uint64_t version) {
  const Result<std::optional<ChainLink>> link = last_link(view, head, version);
  if (!link) return link.error();
  if (*link) return **link;
  if (head.erased > 0) return damaged_at(head.erased, "the chain's value is missing");
  return ChainLink{0, chain_start(key)};
}

// Whether a checkpoint is the first at or past a multiple of kMilestoneVersions. Version 0, the
// empty document, is one.
bool is_milestone(std::uint64_t version, std::uint64_t previous) {
  return version / kMilestoneVersions > previous / kMilestoneVersions;
}

// Archives one document, from where that was done before.
class Archivist {
 public:
  // Reads from the view, which is the store's newest.
  Archivist(Store& store, const View& view, const DocumentKey& key, const Head& head,
            OpenSegments& segments)
      : store_(store), view_(view), key_(key), head_(head), segments_(segments) {}

  // Up to the snapshot, which becomes a checkpoint.
  Result<void> archive(const Snapshot& snapshot) {
    effort_ = Effort::kThorough;
    const Result<std::vector<std::uint64_t>> newest = newest_checkpoints(view_, head_.number, 2);
    if (!newest) return newest.error();
    if (!newest->empty() && newest->front() >= snapshot.version) return {};
    if (Result<void> packed = pack(snapshot.version); !packed) return packed;
    put_checkpoint(snapshot, *newest);
    return write();
  }

  // Up to a version. Where records beyond it are packed already, it only follows the chain to it.
  Result<void> pack(std::uint64_t end) {
    const Result<ChainLink> packed = find_link(view_, key_, head_, head_.version);
    if (!packed) return packed.error();
    if (packed->version >= end) return follow_chain(end);
    chain_ = *packed;
    last_link_ = chain_.version;
    const Result<std::uint64_t> begin = find_open_segment(packed->version);
    if (!begin) return begin.error();
    return pack(*begin, end);
  }

  Result<void> write() {
    for (const auto& [source, entry] : newest_) put_source(head_.number, source, entry, batch_);
    newest_.clear();
    newest_bytes_ = 0;
    Result<void> written = store_.write(batch_, Durability::kWritten);
    batch_.clear();
    return written;
  }

 private:
  // The chain's value at a version before the last that is stored.
  Result<void> follow_chain(std::uint64_t end) {
    const Result<ChainLink> link = find_link(view_, key_, head_, end);
    if (!link) return link.error();
    chain_ = *link;
    return scan_records(view_, head_.number, link->version, end,
                        [this](const Record& record) -> Result<Visit> {
                          pass(record);
                          return Visit::kContinue;
                        });
  }

  void pass(const Record& record) {
    chain_ = {record.version + 1, chain_next(chain_.value, record)};
  }

  // Where packing begins: at the segment that ends where packing ended before, if it has room.
  [[nodiscard]] Result<std::uint64_t> find_open_segment(std::uint64_t since) const {
    if (since == head_.erased) return since;
    if (const auto known = segments_.find(head_.number, since)) return *known;
    std::uint64_t begin = since;
    const Result<void> scanned = view_.scan(
        Table::kRecords, versions(head_.number, since - 1, since), Order::kForwardFromFloor,
        [&](std::string_view key, std::string_view value) -> Result<Visit> {
          const Result<EntryExtent> extent = decode_extent(key, value);
          if (!extent) return extent.error();
          const bool goes_on =
              extent->to > since || has_room(extent->to - extent->from, value.size());
          if (goes_on) begin = extent->from;
          return Visit::kStop;
        });
    if (!scanned) return scanned.error();
    return begin;
  }

  // Packs the records from `begin` up to `end`, and the rest of the entry there; takes the chain
  // and the index of sources over those that neither has passed.
  Result<void> pack(std::uint64_t begin, std::uint64_t end) {
    Result<void> scanned = scan_entries(
        view_, head_.number, begin, end, [&](std::vector<Record>&& records) -> Result<Visit> {
          for (const Record& record : records) {
            if (record.version >= chain_.version && record.version < end) prove(record, end);
          }
          take(std::move(records));
          if (batch_.bytes() + newest_bytes_ <= kBatchBytes) return Visit::kContinue;
          close_segment();  // No link of the chain is stored before what it covers is packed.
          const Result<void> written = write();
          return written ? Result<Visit>(Visit::kContinue) : written.error();
        });
    if (!scanned) return scanned;
    const bool ends_there = open_.empty() || open_.back().version + 1 == end;
    const std::uint64_t last = open_.empty() ? end : open_.front().version;
    const std::size_t records = open_.size();
    const std::size_t before = batch_.bytes();
    close_segment();
    // For the next packing, which goes on at the end of this one.
    const bool has_more_room = has_room(records, batch_.bytes() - before);
    if (ends_there) segments_.set(head_.number, has_more_room ? last : end, end);
    return {};
  }

  // The next record. A link goes with the index's entries of all records that it covers. There is
  // one at the end, too, which says how far packing has come, until the next one does.
  void prove(const Record& record, std::uint64_t end) {
    pass(record);
    const auto [entry, is_new] =
        newest_.insert_or_assign(record.source, SourceEntry{record.sequence, record.version});
    if (is_new) newest_bytes_ += entry->first.size() + kSourceEntryBytes;
    if (chain_.version % kChainVersions == 0 || chain_.version == end) {
      const bool is_passing = last_link_ > head_.erased && last_link_ % kChainVersions != 0;
      if (is_passing) erase_link(head_.number, last_link_, batch_);
      put_link(head_.number, chain_, batch_);
      last_link_ = chain_.version;
    }
  }

  // What replaces an entry is put into the same batch, which is written between two entries.
  void take(std::vector<Record>&& records) {
    if (records.size() == 1 && record_bytes(records.front()) > kLargeRecordBytes) {
      return close_segment();  // It stands alone already.
    }
    batch_.erase(Table::kRecords, version_key(head_.number, records.front().version));
    for (Record& record : records) {
      open_bytes_ += record_bytes(record);
      open_.push_back(std::move(record));
    }
    if (open_.size() > kSegmentRecords || open_bytes_ > kSegmentBytes) put_full_segments();
  }

  // All but the last.
  void put_full_segments() {
    std::span<const Record> rest(open_);
    for (std::size_t count = records_of_entry(rest); count < rest.size();
         count = records_of_entry(rest)) {
      put_entry(head_.number, rest.first(count), Effort::kThorough, batch_);
      rest = rest.subspan(count);
    }
    open_.erase(open_.begin(), open_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    open_bytes_ = 0;
    for (const Record& record : open_) open_bytes_ += record_bytes(record);
  }

  void close_segment() {
    const bool is_full = open_.size() >= kFullSegmentRecords;
    put_records(head_.number, open_, is_full ? Effort::kThorough : effort_, batch_);
    open_.clear();
    open_bytes_ = 0;
  }

  // The new one and the removal of one that it replaces.
  void put_checkpoint(const Snapshot& snapshot, const std::vector<std::uint64_t>& newest) {
    const std::string name = version_key(head_.number, snapshot.version);
    batch_.put(Table::kCheckpoints, name, encode_checkpoint(name, snapshot, chain_.value));
    if (!newest.empty() && !is_milestone(newest[0], newest.size() > 1 ? newest[1] : 0)) {
      batch_.erase(Table::kCheckpoints, version_key(head_.number, newest[0]));
    }
  }

  Store& store_;
  const View& view_;
  const DocumentKey& key_;
  const Head& head_;
  OpenSegments& segments_;
  WriteBatch batch_;
  ChainLink chain_;                            // Where it has come to.
  std::uint64_t last_link_ = 0;                // The version of the last one that is stored.
  std::map<std::string, SourceEntry> newest_;  // Of the sources of records since the last write.
  std::size_t newest_bytes_ = 0;
  Effort effort_ = Effort::kQuick;  // For a segment that is not full.
  std::vector<Record> open_;        // Of the segment that is being filled.
  std::size_t open_bytes_ = 0;
};

// Archives up to the snapshot, or up to the first milestone on the way there, as when a long
// history is imported. Returns the version that it came to.
Result<std::uint64_t> archive_once(Store& store, const DocumentKey& key, const Snapshot& snapshot,
                                   OpenSegments& segments) {
  const std::unique_ptr<const View> view = store.view();
  const Result<std::optional<Head>> head = read_head(*view, key);
  if (!head) return head.error();
  CHECK(head->has_value() && snapshot.version <= (*head)->version);  // Of committed versions only.
  if (snapshot.version <= (*head)->erased) return snapshot.version;
  const StoredHistory history(*view);
  const Result<std::uint64_t> checkpoint = history.checkpoint(key);
  if (!checkpoint) return checkpoint.error();
  const std::uint64_t next = *checkpoint / kMilestoneVersions + 1;
  const bool passes_milestone = next < snapshot.version / kMilestoneVersions;
  const Result<Snapshot> reached =
      passes_milestone
          ? history.snapshot(key, std::max(next * kMilestoneVersions, (*head)->erased + 1))
          : snapshot;
  if (!reached) return reached.error();
  const Result<void> done = Archivist(store, *view, key, **head, segments).archive(*reached);
  return done ? Result<std::uint64_t>(reached->version) : done.error();
}

}  // namespace

Result<void> archive(Store& store, const DocumentKey& key, const Snapshot& snapshot,
                     OpenSegments& segments) {
  std::uint64_t version = 0;
  while (version < snapshot.version) {
    const Result<std::uint64_t> reached = archive_once(store, key, snapshot, segments);
    if (!reached) return reached.error();
    version = *reached;
  }
  return {};
}

Result<void> pack(Store& store, const DocumentKey& key, std::uint64_t version,
                  OpenSegments& segments) {
  const std::uint64_t end = version - version % kPackVersions;
  if (end == 0) return {};
  const std::unique_ptr<const View> view = store.view();
  const Result<std::optional<Head>> head = read_head(*view, key);
  if (!head) return head.error();
  CHECK(head->has_value() && end <= (*head)->version);  // Of committed versions only.
  if (end <= (*head)->erased) return {};
  Archivist archivist(store, *view, key, **head, segments);
  if (Result<void> packed = archivist.pack(end); !packed) return packed;
  return archivist.write();
}

Result<ChainValue> newest_chain_value(const View& view, const DocumentKey& key, const Head& head) {
  const Result<ChainLink> link = find_link(view, key, head, head.version);
  if (!link) return link.error();
  ChainValue chain = link->value;
  const Result<void> scanned = scan_records(view, head.number, link->version, head.version,
                                            [&](const Record& record) -> Result<Visit> {
                                              chain = chain_next(chain, record);
                                              return Visit::kContinue;
                                            });
  return scanned ? Result<ChainValue>(chain) : scanned.error();
}

}  // namespace cowrite::storage
