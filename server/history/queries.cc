#include "server/history/queries.h"

#include <algorithm>
#include <utility>

#include "storage/errors.h"
#include "storage/timestamp.h"

namespace cowrite::history {

using storage::DocumentInfo;
using storage::DocumentKey;
using storage::History;

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
  DocumentPage page;
  storage::DocumentKey start{collection, prefix};
  if (after && *after >= prefix) {
    start = {collection, *after};
  } else {
    // The listing begins after its start, and the id that is the prefix itself belongs to it.
    Result<std::optional<DocumentInfo>> first = history.info(start);
    if (!first) return first.error();
    if (*first) page.documents.push_back(std::move(**first));
  }
  Result<std::vector<DocumentInfo>> rest =
      history.list(start, count + 1);  // One more tells if the list goes on.
  if (!rest) return rest.error();
  for (DocumentInfo& info : *rest) {
    if (info.key.collection() != collection || !info.key.id().starts_with(prefix)) break;
    page.documents.push_back(std::move(info));
  }
  if (page.documents.size() > count) {
    page.documents.resize(count);
    page.next = page.documents.back().key.id();
  }
  return page;
}

Result<std::vector<std::string>> list_collections(const History& history) {
  std::vector<std::string> collections;
  std::optional<DocumentKey> after;
  while (true) {
    Result<std::vector<DocumentInfo>> next = history.list(after, 1);
    if (!next) return next.error();
    if (next->empty()) return collections;
    const std::string& found = next->front().key.collection();
    if (collections.empty() || collections.back() != found) {
      collections.push_back(found);
      // No name sorts between a collection's and the same with a zero byte.
      after = {found + '\0', ""};
    } else {
      after = std::move(next->front().key);
    }
  }
}

Result<DocumentInfo> read_info(const History& history, const storage::DocumentKey& key) {
  Result<std::optional<DocumentInfo>> info = history.info(key);
  if (!info) return info.error();
  if (!*info) return Error{kErrDocumentUnknown, storage::describe(key) + ": no such document"};
  return std::move(**info);
}

Result<VersionText> read_text(const History& history, const storage::DocumentKey& key,
                              const storage::VersionSelector& at) {
  const Result<DocumentInfo> info = read_info(history, key);
  if (!info) return info.error();
  const Result<std::uint64_t> version = resolve(history, *info, at);
  if (!version) return version.error();
  const Result<storage::Snapshot> snapshot = history.snapshot(key, *version);
  if (!snapshot) return snapshot.error();
  if (!snapshot->exists) return document_absent(*info, *snapshot);
  return VersionText{snapshot->version, snapshot->time_ms, snapshot->text.to_string()};
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
