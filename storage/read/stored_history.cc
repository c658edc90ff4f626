#include "storage/read/stored_history.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "storage/errors.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/format/segment.h"
#include "storage/read/record_scan.h"
#include "storage/read/source_search.h"
#include "storage/store/heads.h"

namespace cowrite::storage {
namespace {

DocumentInfo make_info(DocumentKey key, const Head& head) {
  return {std::move(key),  head.version,    head.exists, head.bytes,
          head.created_ms, head.changed_ms, head.erased};
}

// Whether the newest version is what the head says.
bool agrees(const Snapshot& snapshot, const Head& head) {
  return snapshot.exists == head.exists && snapshot.text.bytes() == head.bytes &&
         snapshot.time_ms == head.changed_ms;
}

Error erased(const DocumentKey& key, const Head& head) {
  return {kErrErased, describe(key) + ": what was before version " + std::to_string(head.erased) +
                          " has been erased for good"};
}

}  // namespace

Result<std::vector<ListEntry>> StoredHistory::list(const DocumentKey& first,
                                                   std::size_t count) const {
  std::vector<ListEntry> entries;
  if (count == 0) return entries;
  std::size_t named = 0;
  const Result<void> scanned =
      scan_heads(view_, first, [&](std::optional<DocumentKey>&& key, const Result<Head>& head) {
        named += key ? 1 : 0;
        const Result<DocumentInfo> info =
            head ? Result<DocumentInfo>(make_info(*key, *head)) : head.error();
        entries.push_back({std::move(key), info});
        return named < count ? Visit::kContinue : Visit::kStop;
      });
  if (!scanned) return scanned.error();
  return entries;
}

Result<std::optional<DocumentInfo>> StoredHistory::info(const DocumentKey& key) const {
  const Result<std::optional<Head>> head = read_head(view_, key);
  if (!head) return head.error();
  return *head ? std::optional<DocumentInfo>(make_info(key, **head)) : std::nullopt;
}

Result<Snapshot> StoredHistory::snapshot(const DocumentKey& key,
                                         std::optional<std::uint64_t> version) const {
  const Result<std::optional<Head>> found = read_head(view_, key);
  if (!found) return found.error();
  const Head head = found->value_or(Head());
  const std::uint64_t wanted = version.value_or(head.version);
  if (wanted > head.version) {
    return Error{kErrVersionUnknown, describe(key) + " is at version " +
                                         std::to_string(head.version) + "; there is no version " +
                                         std::to_string(wanted)};
  }
  if (wanted < head.erased) return erased(key, head);
  Result<Snapshot> snapshot = nearest_checkpoint(head, wanted);
  if (!snapshot) return about(key, snapshot.error());
  if (Result<void> replayed = replay(head.number, wanted, *snapshot); !replayed) {
    return about(key, replayed.error());
  }
  const bool newest = wanted == head.version && wanted > head.erased;
  if (newest && !agrees(*snapshot, head)) {
    return about(key, damaged_at(wanted, "its records do not give what its head says"));
  }
  return snapshot;
}

// The newest checkpoint at or before `version`; if there is none, the document before the first
// record that it still has.
Result<Snapshot> StoredHistory::nearest_checkpoint(const Head& head, std::uint64_t version) const {
  Snapshot nearest{.version = head.erased};
  const Result<void> scanned = view_.scan(
      Table::kCheckpoints, versions(head.number, head.erased + 1, version + 1), Order::kBackward,
      [&](std::string_view key, std::string_view value) -> Result<Visit> {
        Result<Checkpoint> checkpoint = decode_checkpoint(key, value);
        if (!checkpoint) return checkpoint.error();
        nearest = std::move(checkpoint->snapshot);
        return Visit::kStop;
      });
  if (!scanned) return scanned.error();
  return nearest;
}

Result<std::uint64_t> StoredHistory::checkpoint(const DocumentKey& key) const {
  const Result<std::optional<Head>> head = read_head(view_, key);
  if (!head) return head.error();
  if (!*head) return std::uint64_t{0};
  const Result<std::optional<std::string>> newest =
      first_key(view_, Table::kCheckpoints, versions((*head)->number, 1, (*head)->version + 1),
                Order::kBackward);
  if (!newest) return about(key, newest.error());
  if (!*newest) return std::uint64_t{0};
  const Result<VersionKey> place = decode_version_key(**newest);
  return place ? Result<std::uint64_t>(place->version) : about(key, place.error());
}

// Takes the snapshot on to version `to`.
Result<void> StoredHistory::replay(DocumentNumber number, std::uint64_t to,
                                   Snapshot& snapshot) const {
  return scan_records(view_, number, snapshot.version, to,
                      [&](const Record& record) -> Result<Visit> {
                        if (Result<void> applied = apply(snapshot, record); !applied) {
                          return damaged_at(snapshot.version, applied.error().message);
                        }
                        return Visit::kContinue;
                      });
}

Result<std::uint64_t> StoredHistory::version_at(const DocumentKey& key,
                                                std::int64_t time_ms) const {
  const Result<std::optional<Head>> head = read_head(view_, key);
  if (!head) return head.error();
  if (!*head || time_ms < (*head)->created_ms) return std::uint64_t{0};
  if (time_ms >= (*head)->changed_ms) return (*head)->version;
  // Times never decrease: all records below `low` are at or before the time, the one at `high` is
  // after it.
  std::uint64_t low = (*head)->erased;
  std::uint64_t high = (*head)->version - 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Result<EntryExtent> extent = extent_at((*head)->number, middle);
    if (!extent) return about(key, extent.error());
    if (extent->last_ms <= time_ms) {
      low = extent->to;
    } else if (extent->first_ms > time_ms) {
      high = extent->from;
    } else {
      return first_after(key, **head, *extent, time_ms);
    }
  }
  return low;
}

// The entry that holds the record of a version, as far as the search for a time needs it.
Result<EntryExtent> StoredHistory::extent_at(DocumentNumber number, std::uint64_t version) const {
  EntryExtent extent;
  const Result<void> scanned =
      view_.scan(Table::kRecords, versions(number, version, version + 1), Order::kForwardFromFloor,
                 [&](std::string_view key, std::string_view value) -> Result<Visit> {
                   const Result<EntryExtent> found = decode_extent(key, value);
                   if (!found) return damaged_at(version, found.error().message);
                   extent = *found;
                   return Visit::kStop;
                 });
  if (!scanned) return scanned.error();
  const bool holds = extent.from <= version && version < extent.to;
  return holds ? Result<EntryExtent>(extent) : damaged_at(version, "its record is missing");
}

// The version of the first record after a time, in an entry that has both such and earlier ones.
Result<std::uint64_t> StoredHistory::first_after(const DocumentKey& key, const Head& head,
                                                 const EntryExtent& extent,
                                                 std::int64_t time_ms) const {
  std::uint64_t version = extent.from;
  const Result<void> scanned = scan_records(view_, head.number, extent.from, extent.to,
                                            [&](const Record& record) -> Result<Visit> {
                                              if (record.time_ms > time_ms) return Visit::kStop;
                                              version = record.version + 1;
                                              return Visit::kContinue;
                                            });
  return scanned ? Result<std::uint64_t>(version) : about(key, scanned.error());
}

Result<std::vector<Record>> StoredHistory::records(const DocumentKey& key, std::uint64_t from,
                                                   std::uint64_t to, std::size_t bytes_max) const {
  std::vector<Record> records;
  const Result<std::optional<Head>> head = read_head(view_, key);
  if (!head) return head.error();
  const std::uint64_t end = *head ? std::min(to, (*head)->version) : 0;
  if (from >= end) return records;
  if (from < (*head)->erased) return erased(key, **head);
  std::size_t bytes = 0;
  const Result<void> scanned =
      scan_records(view_, (*head)->number, from, end, [&](Record&& record) -> Result<Visit> {
        bytes += record_bytes(record);
        if (bytes > bytes_max && !records.empty()) return Visit::kStop;
        records.push_back(std::move(record));
        return Visit::kContinue;
      });
  if (!scanned) return about(key, scanned.error());
  return records;
}

SourceEntries StoredHistory::sources(const DocumentKey& key, std::span<const std::string> names,
                                     std::uint64_t before) const {
  const Result<std::optional<Head>> head = read_head(view_, key);
  if (!head) return {names.size(), head.error()};
  if (!*head) return {names.size(), std::optional<SourceEntry>()};
  SourceEntries entries = find_sources(view_, **head, names, before);
  for (Result<std::optional<SourceEntry>>& entry : entries) {
    if (!entry) entry = about(key, entry.error());
  }
  return entries;
}

}  // namespace cowrite::storage
