// LatestHistory: a History each of whose calls reads the store as it is at that moment. It holds no
// view between two calls, so it may be kept for ever; what two calls return need not fit together.
#pragma once

#include "storage/read/stored_history.h"
#include "storage/store/store.h"

namespace cowrite::storage {

class LatestHistory final : public History {
 public:
  // REQUIRES: the store outlives it.
  explicit LatestHistory(const Store& store) : store_(store) {}

  Result<std::vector<ListEntry>> list(const DocumentKey& first, std::size_t count) const override {
    return StoredHistory(*store_.view()).list(first, count);
  }
  Result<std::optional<DocumentInfo>> info(const DocumentKey& key) const override {
    return StoredHistory(*store_.view()).info(key);
  }
  Result<Snapshot> snapshot(const DocumentKey& key,
                            std::optional<std::uint64_t> version) const override {
    return StoredHistory(*store_.view()).snapshot(key, version);
  }
  Result<std::uint64_t> checkpoint(const DocumentKey& key) const override {
    return StoredHistory(*store_.view()).checkpoint(key);
  }
  Result<std::uint64_t> version_at(const DocumentKey& key, std::int64_t time_ms) const override {
    return StoredHistory(*store_.view()).version_at(key, time_ms);
  }
  Result<std::vector<Record>> records(const DocumentKey& key, std::uint64_t from, std::uint64_t to,
                                      std::size_t bytes_max) const override {
    return StoredHistory(*store_.view()).records(key, from, to, bytes_max);
  }
  SourceEntries sources(const DocumentKey& key, std::span<const std::string> names,
                        std::uint64_t before) const override {
    return StoredHistory(*store_.view()).sources(key, names, before);
  }

 private:
  const Store& store_;
};

}  // namespace cowrite::storage
