#include "storage/read/source_search.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "storage/read/record_scan.h"
#include "storage/seeded_hash.h"
#include "storage/store/chain_links.h"
#include "storage/store/sources.h"

namespace cowrite::storage {
namespace {

using Newest = std::unordered_map<std::string, std::optional<SourceEntry>, SeededHash>;

// What the sources wrote in the records from <= version < to.
Result<void> scan_newest(const View& view, DocumentNumber number, std::uint64_t from,
                         std::uint64_t to, Newest& newest) {
  return scan_records(view, number, from, to, [&newest](const Record& record) -> Result<Visit> {
    const auto wanted = newest.find(record.source);
    if (wanted != newest.end()) wanted->second = {record.sequence, record.version};
    return Visit::kContinue;
  });
}

}  // namespace

SourceEntries find_sources(const View& view, const Head& head, std::span<const std::string> names,
                           std::uint64_t before) {
  const Result<std::optional<ChainLink>> packed = last_link(view, head, head.version);
  if (!packed) return {names.size(), packed.error()};
  Newest newest;
  for (const std::string& name : names) newest.try_emplace(name);
  const Result<void> scanned =
      scan_newest(view, head.number, *packed ? (*packed)->version : head.erased,
                  std::min(before, head.version), newest);
  if (!scanned) return {names.size(), scanned.error()};
  SourceEntries entries;
  entries.reserve(names.size());
  for (const std::string& name : names) {
    const std::optional<SourceEntry>& since_packed = newest.at(name);
    entries.push_back(since_packed ? since_packed : read_source(view, head.number, name));
  }
  return entries;
}

}  // namespace cowrite::storage
