#include "tests/simulation/ledger.h"

#include <algorithm>

#include "ot/base/check.h"
#include "storage/errors.h"

namespace cowrite::simulation {
namespace {

// What each record is taken to occupy where a reader limits its bytes.
constexpr std::size_t kRecordBytes = std::size_t{16} << 10;

}  // namespace

const Ledger::Book& Ledger::book(const DocumentKey& key) const {
  static const Book kNobodyWroteIt;
  const auto found = books_.find(key);
  return found == books_.end() ? kNobodyWroteIt : found->second;
}

std::optional<std::string> Ledger::add(const storage::Append& append) {
  Book& book = books_[append.key];
  CHECK(book.version() == append.expected_version);
  for (const storage::Record& record : *append.records) {
    if (record.version != book.version()) {
      return "record " + std::to_string(record.version) + " is appended at version " +
             std::to_string(book.version());
    }
    if (record.time_ms < book.newest().time_ms) {
      return "the time of record " + std::to_string(record.version) + " is before the last one's";
    }
    storage::Snapshot next = book.newest();
    if (const Result<void> applied = storage::apply(next, record); !applied) {
      return "record " + std::to_string(record.version) +
             " does not fit its text: " + applied.error().message;
    }
    book.records.push_back(record);
    book.versions.push_back(std::move(next));
  }
  if (append.exists_after != book.newest().exists ||
      append.bytes_after != book.newest().text.bytes()) {
    return "the batch up to version " + std::to_string(book.version()) +
           " does not make the document that it says";
  }
  return std::nullopt;
}

void Ledger::pack(const DocumentKey& key, std::uint64_t version) {
  Book& book = books_.at(key);
  for (; book.packed < version; ++book.packed) {
    const storage::Record& record = book.records.at(book.packed);
    book.index[record.source] = {record.sequence, record.version};
  }
}

void Ledger::add_checkpoint(const DocumentKey& key, const storage::Snapshot& snapshot) {
  std::uint64_t& newest = books_.at(key).checkpoint;
  newest = std::max(newest, snapshot.version);
}

Result<std::vector<storage::ListEntry>> Ledger::list(const DocumentKey& first,
                                                     std::size_t count) const {
  std::vector<storage::ListEntry> entries;
  auto next = books_.lower_bound(first);
  for (; next != books_.end() && entries.size() < count; ++next) {
    if (const auto found = *info(next->first)) entries.push_back({next->first, *found});
  }
  return entries;
}

Result<std::optional<storage::DocumentInfo>> Ledger::info(const DocumentKey& key) const {
  const Book& found = book(key);
  if (found.records.empty()) return std::optional<storage::DocumentInfo>();
  return std::optional(storage::DocumentInfo{.key = key,
                                             .version = found.version(),
                                             .exists = found.newest().exists,
                                             .bytes = found.newest().text.bytes(),
                                             .created_ms = found.records.front().time_ms,
                                             .changed_ms = found.records.back().time_ms});
}

Result<storage::Snapshot> Ledger::snapshot(const DocumentKey& key,
                                           std::optional<std::uint64_t> version) const {
  const Book& found = book(key);
  const std::uint64_t wanted = version.value_or(found.version());
  if (wanted > found.version()) {
    return Error{storage::kErrVersionUnknown, "there is no such version"};
  }
  return found.versions[wanted];
}

Result<std::uint64_t> Ledger::checkpoint(const DocumentKey& key) const {
  return book(key).checkpoint;
}

Result<std::uint64_t> Ledger::version_at(const DocumentKey& key, std::int64_t time_ms) const {
  const std::vector<storage::Record>& records = book(key).records;
  const auto after = std::ranges::upper_bound(records, time_ms, {}, &storage::Record::time_ms);
  return static_cast<std::uint64_t>(after - records.begin());
}

Result<std::vector<storage::Record>> Ledger::records(const DocumentKey& key, std::uint64_t from,
                                                     std::uint64_t to,
                                                     std::size_t bytes_max) const {
  const std::vector<storage::Record>& all = book(key).records;
  const std::uint64_t end = std::min<std::uint64_t>(to, all.size());
  if (from >= end) return std::vector<storage::Record>();
  const std::uint64_t portion = std::max<std::uint64_t>(bytes_max / kRecordBytes, 1);
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
  return std::vector(begin, begin + static_cast<std::ptrdiff_t>(std::min(end - from, portion)));
}

storage::SourceEntries Ledger::sources(const DocumentKey& key, std::span<const std::string> names,
                                       std::uint64_t before) const {
  const Book& found = book(key);
  std::map<std::string, storage::SourceEntry> newest = found.index;
  for (std::uint64_t v = found.packed; v < std::min(before, found.version()); ++v) {
    newest[found.records[v].source] = {found.records[v].sequence, v};
  }
  storage::SourceEntries entries;
  for (const std::string& name : names) {
    const auto entry = newest.find(name);
    entries.emplace_back(entry == newest.end() ? std::optional<storage::SourceEntry>()
                                               : std::optional(entry->second));
  }
  return entries;
}

}  // namespace cowrite::simulation
