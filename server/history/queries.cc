#include "server/history/queries.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "storage/errors.h"
#include "storage/timestamp.h"

namespace cowrite::history {

using storage::DocumentInfo;
using storage::DocumentKey;
using storage::History;
using storage::ListEntry;

namespace {

// What a name in a list takes beside itself: in an array that may be half empty.
constexpr std::size_t kCollectionBytes = 64;

// Leaves of a list what belongs to its first page: `count` entries with a key, up to the first
// whose key is another's. Returns the id after which the next page begins, if there is one.
std::optional<std::string> cut_page(std::vector<ListEntry>& entries, std::size_t count,
                                    const std::function<bool(const DocumentKey&)>& belongs) {
  std::size_t named = 0;
  auto behind_last = entries.begin();
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (!entry->key) continue;
    if (!belongs(*entry->key)) {
      entries.erase(entry, entries.end());  // What damage hides before it may belong.
      return std::nullopt;
    }
    if (named == count) {
      entries.erase(behind_last, entries.end());  // What it hides behind comes with the next page.
      return entries.back().key->id();
    }
    ++named;
    behind_last = entry + 1;
  }
  return std::nullopt;
}

}  // namespace

Error version_unknown(const DocumentInfo& info, std::uint64_t version) {
  return {storage::kErrVersionUnknown, storage::describe(info.key) + ": there is no version " +
                                           std::to_string(version) + ", the newest is " +
                                           std::to_string(info.version)};
}

Error document_absent(const DocumentInfo& info, const storage::Snapshot& snapshot) {
  const std::string name = storage::describe(info.key);
  if (snapshot.version > 0 && snapshot.version == info.erased) {
    return {kErrDocumentErased, name + ": was deleted, and what was before version " +
                                    std::to_string(info.erased) + " has been erased for good"};
  }
  if (snapshot.version == 0) {
    return {kErrDocumentAbsent,
            name + ": was not there before " + storage::format_time(info.created_ms)};
  }
  return {kErrDocumentAbsent, name + ": was deleted at version " +
                                  std::to_string(snapshot.version) + ", " +
                                  storage::format_time(snapshot.time_ms)};
}

Result<std::uint64_t> resolve(const History& history, const DocumentInfo& info,
                              const storage::VersionSelector& at) {
  if (const auto* time = std::get_if<storage::AtTime>(&at)) {
    return history.version_at(info.key, time->time_ms);
  }
  if (const auto* number = std::get_if<storage::AtVersion>(&at)) {
    if (number->version > info.version) return version_unknown(info, number->version);
    return number->version;
  }
  return info.version;
}

Result<DocumentPage> list_documents(const History& history, const std::string& collection,
                                    const std::string& prefix,
                                    const std::optional<std::string>& after, std::size_t count) {
  const DocumentKey first = after && *after >= prefix ? storage::key_after({collection, *after})
                                                      : DocumentKey(collection, prefix);
  Result<std::vector<ListEntry>> entries =
      history.list(first, count + 1);  // One more tells if the list goes on.
  if (!entries) return entries.error();
  DocumentPage page;
  page.next = cut_page(*entries, count, [&](const DocumentKey& key) {
    return key.collection() == collection && key.id().starts_with(prefix);
  });
  for (ListEntry& entry : *entries) {
    if (entry.info) {
      page.documents.push_back(*std::move(entry.info));
    } else {
      page.damaged.push_back({std::move(entry.key), entry.info.error()});
    }
  }
  return page;
}

Result<CollectionList> list_collections(const History& history, Room& room) {
  CollectionList collections;
  std::size_t bytes = 0;
  DocumentKey first;
  while (true) {
    const Result<std::vector<ListEntry>> next = history.list(first, 1);
    if (!next) return next.error();
    for (const ListEntry& entry : *next) {
      if (!entry.key) collections.damaged.push_back({std::nullopt, entry.info.error()});
    }
    if (next->empty() || !next->back().key) return collections;
    const std::string& found = next->back().key->collection();
    bytes += kCollectionBytes + 2 * found.size();
    if (const Result<void> taken = room.grow_to(bytes); !taken) return taken.error();
    collections.names.push_back(found);
    // No name sorts between a collection's and the same with a zero byte.
    first = {found + '\0', ""};
  }
}

Result<DocumentInfo> read_info(const History& history, const storage::DocumentKey& key) {
  Result<std::optional<DocumentInfo>> info = history.info(key);
  if (!info) return info.error();
  if (!*info) return Error{kErrDocumentUnknown, storage::describe(key) + ": no such document"};
  return std::move(**info);
}

Result<storage::Snapshot> read_version(const History& history, const storage::DocumentKey& key,
                                       const storage::VersionSelector& at) {
  const Result<DocumentInfo> info = read_info(history, key);
  if (!info) return info.error();
  const Result<std::uint64_t> version = resolve(history, *info, at);
  if (!version) return version.error();
  Result<storage::Snapshot> snapshot = history.snapshot(key, *version);
  if (snapshot && !snapshot->exists) return document_absent(*info, *snapshot);
  return snapshot;
}

Result<VersionText> copy_text(Result<storage::Snapshot> snapshot) {
  if (!snapshot) return snapshot.error();
  return VersionText{snapshot->version, snapshot->time_ms, snapshot->text.to_string()};
}

Result<VersionText> read_text(const History& history, const storage::DocumentKey& key,
                              const storage::VersionSelector& at) {
  return copy_text(read_version(history, key, at));
}

Result<RecordPage> read_records(const History& history, const storage::DocumentKey& key,
                                VersionRange range, std::size_t count, std::size_t bytes_max) {
  const Result<DocumentInfo> info = read_info(history, key);
  if (!info) return info.error();
  // As storage numbers it: the version before.
  const std::uint64_t from = range.first == 0 ? info->erased : range.first - 1;
  if (from > info->version) return version_unknown(*info, from + 1);
  const std::uint64_t end = std::min(range.last, info->version);
  const std::uint64_t to = std::min(end, from + count);
  RecordPage page;
  if (from >= to) return page;
  Result<std::vector<storage::Record>> records = history.records(key, from, to, bytes_max);
  if (!records) return records.error();
  page.records = std::move(*records);
  const std::uint64_t reached = from + page.records.size();
  if (reached < end) page.next = reached + 1;
  return page;
}

}  // namespace cowrite::history
