#include "storage/read/latest_history.h"

#include "storage/read/stored_history.h"

namespace cowrite::storage {

Result<std::vector<DocumentInfo>> LatestHistory::list(const std::optional<DocumentKey>& after,
                                                      std::size_t count) const {
  return StoredHistory(*store_.view()).list(after, count);
}

Result<std::optional<DocumentInfo>> LatestHistory::info(const DocumentKey& key) const {
  return StoredHistory(*store_.view()).info(key);
}

Result<Snapshot> LatestHistory::snapshot(const DocumentKey& key,
                                         std::optional<std::uint64_t> version) const {
  return StoredHistory(*store_.view()).snapshot(key, version);
}

Result<std::uint64_t> LatestHistory::checkpoint(const DocumentKey& key) const {
  return StoredHistory(*store_.view()).checkpoint(key);
}

Result<std::uint64_t> LatestHistory::version_at(const DocumentKey& key,
                                                std::int64_t time_ms) const {
  return StoredHistory(*store_.view()).version_at(key, time_ms);
}

Result<std::vector<Record>> LatestHistory::records(const DocumentKey& key, std::uint64_t from,
                                                   std::uint64_t to, std::size_t bytes_max) const {
  return StoredHistory(*store_.view()).records(key, from, to, bytes_max);
}

Result<std::optional<SourceEntry>> LatestHistory::source(const DocumentKey& key,
                                                         const std::string& source) const {
  return StoredHistory(*store_.view()).source(key, source);
}

}  // namespace cowrite::storage
