#include "storage/store/sources.h"

#include <string>

#include "storage/format/encoding.h"

namespace cowrite::storage {

Result<std::optional<SourceEntry>> read_source(const View& view, DocumentNumber number,
                                               std::string_view source) {
  const std::string key = source_key(number, source);
  const Result<std::optional<std::string>> value = view.get(Table::kSources, key);
  if (!value) return value.error();
  if (!*value) return std::optional<SourceEntry>();
  const Result<SourceEntry> entry = decode_source(key, **value);
  if (!entry) return entry.error();
  return std::optional<SourceEntry>(*entry);
}

Result<void> scan_sources(const View& view, DocumentNumber number, const SourceVisitor& visit) {
  return view.scan(Table::kSources, sources(number), Order::kForward,
                   [&visit](std::string_view key, std::string_view value) -> Result<Visit> {
                     const Result<SourceEntry> entry = decode_source(key, value);
                     if (!entry) return entry.error();
                     return visit(key.substr(sizeof(DocumentNumber)), *entry);
                   });
}

Result<std::uint64_t> source_disk_bytes(const View& view, DocumentNumber number) {
  return view.disk_bytes(Table::kSources, sources(number));
}

void put_source(DocumentNumber number, std::string_view source, const SourceEntry& entry,
                WriteBatch& batch) {
  const std::string key = source_key(number, source);
  batch.put(Table::kSources, key, encode_source(key, entry));
}

Result<void> erase_sources(const View& view, DocumentNumber number, WriteBatch& batch) {
  return erase_range(view, Table::kSources, sources(number), batch);
}

}  // namespace cowrite::storage
