#include "storage/read/stored_history.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "storage/errors.h"
#include "storage/format/encoding.h"

namespace cowrite::storage {
namespace {

Error about(const DocumentKey& key, const Error& error) {
  return {error.code, describe(key) + ": " + error.message};
}

Error damaged(std::uint64_t version, std::string_view reason) {
  return {kErrDamaged,
          "damaged at version " + std::to_string(version) + ", " + std::string(reason)};
}

DocumentInfo make_info(DocumentKey key, const Head& head) {
  return {std::move(key), head.version, head.exists, head.bytes, head.created_ms, head.changed_ms};
}

// Whether the newest version is what the head says.
bool agrees(const Snapshot& snapshot, const Head& head) {
  return snapshot.exists == head.exists && snapshot.text.bytes() == head.bytes &&
         snapshot.time_ms == head.changed_ms;
}

// The record of an entry, which must be the one of `version`: records are dense.
Result<Record> decode_expected(std::uint64_t version, std::string_view key,
                               std::string_view value) {
  Result<Record> record = decode_record(key, value);
  if (!record) {
    return damaged(version, record.error().message);
  }
  return record->version == version ? std::move(record) : damaged(version, "its record is missing");
}

}  // namespace

Result<std::vector<DocumentInfo>> StoredHistory::list(const std::optional<DocumentKey>& after,
                                                      std::size_t count) const {
  std::vector<DocumentInfo> documents;
  if (count == 0) {
    return documents;
  }
  Result<void> valid;
  const KeyRange range = after ? document_names_after(*after) : all_document_names();
  const Result<void> scanned = store_.scan(
      Table::kMeta, range, Order::kForward, [&](std::string_view name, std::string_view value) {
        Result<DocumentKey> key = decode_document_name_key(name);
        if (!key) {
          valid = key.error();
          return Visit::kStop;
        }
        const Result<Head> head = decode_head(name, value);
        if (!head) {
          valid = about(*key, head.error());
          return Visit::kStop;
        }
        documents.push_back(make_info(*std::move(key), *head));
        return documents.size() < count ? Visit::kContinue : Visit::kStop;
      });
  if (!scanned || !valid) {
    return scanned ? valid.error() : scanned.error();
  }
  return documents;
}

Result<std::optional<DocumentInfo>> StoredHistory::info(const DocumentKey& key) const {
  const Result<std::optional<Head>> head = read_head(store_, key);
  if (!head) {
    return head.error();
  }
  return *head ? std::optional<DocumentInfo>(make_info(key, **head)) : std::nullopt;
}

Result<Snapshot> StoredHistory::snapshot(const DocumentKey& key,
                                         std::optional<std::uint64_t> version) const {
  const Result<std::optional<Head>> found = read_head(store_, key);
  if (!found) {
    return found.error();
  }
  const Head head = found->value_or(Head());
  const std::uint64_t wanted = version.value_or(head.version);
  if (wanted > head.version) {
    return Error{kErrVersionUnknown, describe(key) + " is at version " +
                                         std::to_string(head.version) + "; there is no version " +
                                         std::to_string(wanted)};
  }
  Result<Snapshot> snapshot = nearest_checkpoint(head.number, wanted);
  if (!snapshot) {
    return about(key, snapshot.error());
  }
  if (Result<void> replayed = replay(head.number, wanted, *snapshot); !replayed) {
    return about(key, replayed.error());
  }
  if (wanted == head.version && !agrees(*snapshot, head)) {
    return about(key, damaged(wanted, "its records do not give what its head says"));
  }
  return snapshot;
}

// The newest checkpoint at or before `version`; the empty document at version 0 if there is none.
Result<Snapshot> StoredHistory::nearest_checkpoint(DocumentNumber number,
                                                   std::uint64_t version) const {
  Result<Snapshot> nearest = Snapshot();
  const Result<void> scanned =
      store_.scan(Table::kCheckpoints, versions(number, 1, version + 1), Order::kBackward,
                  [&](std::string_view key, std::string_view value) {
                    nearest = decode_checkpoint(key, value);
                    return Visit::kStop;
                  });
  return scanned ? nearest : scanned.error();
}

Result<std::uint64_t> StoredHistory::checkpoint(const DocumentKey& key) const {
  const Result<std::optional<Head>> head = read_head(store_, key);
  if (!head) {
    return head.error();
  }
  Result<std::uint64_t> version = std::uint64_t{0};
  if (!*head) {
    return version;
  }
  const Result<void> scanned =
      store_.scan(Table::kCheckpoints, versions((*head)->number, 1, (*head)->version + 1),
                  Order::kBackward, [&](std::string_view found, std::string_view) {
                    const Result<VersionKey> decoded = decode_version_key(found);
                    version = decoded ? Result<std::uint64_t>(decoded->version) : decoded.error();
                    return Visit::kStop;
                  });
  return scanned ? version : scanned.error();
}

// Takes the snapshot on to version `to`.
Result<void> StoredHistory::replay(DocumentNumber number, std::uint64_t to,
                                   Snapshot& snapshot) const {
  Result<void> valid;
  const Result<void> scanned =
      store_.scan(Table::kRecords, versions(number, snapshot.version, to), Order::kForward,
                  [&](std::string_view key, std::string_view value) {
                    const Result<Record> record = decode_expected(snapshot.version, key, value);
                    if (!record) {
                      valid = record.error();
                      return Visit::kStop;
                    }
                    if (Result<void> applied = apply(snapshot, *record); !applied) {
                      valid = damaged(snapshot.version, applied.error().message);
                      return Visit::kStop;
                    }
                    return Visit::kContinue;
                  });
  if (!scanned || !valid) {
    return scanned ? valid : scanned;
  }
  return snapshot.version == to ? Result<void>()
                                : damaged(snapshot.version, "its record is missing");
}

Result<std::uint64_t> StoredHistory::version_at(const DocumentKey& key,
                                                std::int64_t time_ms) const {
  const Result<std::optional<Head>> head = read_head(store_, key);
  if (!head) {
    return head.error();
  }
  if (!*head || time_ms < (*head)->created_ms) {
    return std::uint64_t{0};
  }
  if (time_ms >= (*head)->changed_ms) {
    return (*head)->version;
  }
  // Times never decrease: all records below `low` are at or before the time, the one at `high` is
  // after it.
  std::uint64_t low = 0;
  std::uint64_t high = (*head)->version - 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Result<std::int64_t> time = record_time((*head)->number, middle);
    if (!time) {
      return about(key, time.error());
    }
    if (*time <= time_ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Result<std::int64_t> StoredHistory::record_time(DocumentNumber number,
                                                std::uint64_t version) const {
  const std::string key = version_key(number, version);
  const Result<std::optional<std::string>> value = store_.get(Table::kRecords, key);
  if (!value) {
    return value.error();
  }
  if (!*value) {
    return damaged(version, "its record is missing");
  }
  const Result<std::int64_t> time = decode_record_time(key, **value);
  return time ? time : damaged(version, time.error().message);
}

Result<std::vector<Record>> StoredHistory::records(const DocumentKey& key, std::uint64_t from,
                                                   std::uint64_t to, std::size_t bytes_max) const {
  std::vector<Record> records;
  const Result<std::optional<Head>> head = read_head(store_, key);
  if (!head) {
    return head.error();
  }
  const std::uint64_t end = *head ? std::min(to, (*head)->version) : 0;
  if (from >= end) {
    return records;
  }
  Result<void> valid;
  std::size_t bytes = 0;
  bool full = false;
  const Result<void> scanned =
      store_.scan(Table::kRecords, versions((*head)->number, from, end), Order::kForward,
                  [&](std::string_view name, std::string_view value) {
                    bytes += value.size();
                    full = bytes > bytes_max && !records.empty();
                    if (full) {
                      return Visit::kStop;
                    }
                    Result<Record> record = decode_expected(from + records.size(), name, value);
                    if (!record) {
                      valid = record.error();
                      return Visit::kStop;
                    }
                    records.push_back(*std::move(record));
                    return Visit::kContinue;
                  });
  if (scanned && valid && !full && from + records.size() < end) {
    valid = damaged(from + records.size(), "its record is missing");
  }
  if (!scanned || !valid) {
    return about(key, scanned ? valid.error() : scanned.error());
  }
  return records;
}

Result<std::optional<SourceEntry>> StoredHistory::source(const DocumentKey& key,
                                                         const std::string& source) const {
  const Result<std::optional<Head>> head = read_head(store_, key);
  if (!head) {
    return head.error();
  }
  if (!*head) {
    return std::optional<SourceEntry>();
  }
  const std::string name = source_key((*head)->number, source);
  const Result<std::optional<std::string>> value = store_.get(Table::kSources, name);
  if (!value) {
    return value.error();
  }
  if (!*value) {
    return std::optional<SourceEntry>();
  }
  const Result<SourceEntry> entry = decode_source(name, **value);
  return entry ? Result<std::optional<SourceEntry>>(std::optional<SourceEntry>(*entry))
               : about(key, entry.error());
}

}  // namespace cowrite::storage
