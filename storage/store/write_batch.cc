#include "storage/store/write_batch.h"

#include <limits>

#include "ot/base/check.h"

namespace cowrite::storage {

void WriteBatch::put(Table table, std::string_view key, std::string_view value) {
  add(table, key, value);
}

void WriteBatch::erase(Table table, std::string_view key) { add(table, key, std::nullopt); }

void WriteBatch::add(Table table, std::string_view key, std::optional<std::string_view> value) {
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  const std::string_view stored = value.value_or(std::string_view());
  CHECK(key.size() <= kMost && stored.size() <= kMost);
  changes_.push_back({table, value.has_value(), static_cast<std::uint32_t>(key.size()),
                      static_cast<std::uint32_t>(stored.size())});
  bytes_ += key;
  bytes_ += stored;
}

void WriteBatch::append(const WriteBatch& other) {
  changes_.insert(changes_.end(), other.changes_.begin(), other.changes_.end());
  bytes_ += other.bytes_;
}

void WriteBatch::clear() {
  changes_.clear();
  bytes_.clear();
}

Result<void> erase_range(const View& view, Table table, const KeyRange& range, WriteBatch& batch) {
  return view.scan(table, range, Order::kForward,
                   [&](std::string_view key, std::string_view) -> Result<Visit> {
                     batch.erase(table, key);
                     return Visit::kContinue;
                   });
}

}  // namespace cowrite::storage
