#include "storage/store/write_batch.h"

#include <iterator>
#include <string_view>

namespace cowrite::storage {

void WriteBatch::put(Table table, std::string key, std::string value) {
  bytes_ += key.size() + value.size();
  changes_.push_back({table, std::move(key), std::move(value)});
}

void WriteBatch::erase(Table table, std::string key) {
  bytes_ += key.size();
  changes_.push_back({table, std::move(key), std::nullopt});
}

void WriteBatch::append(WriteBatch other) {
  bytes_ += other.bytes_;
  std::move(other.changes_.begin(), other.changes_.end(), std::back_inserter(changes_));
}

void WriteBatch::clear() {
  changes_.clear();
  bytes_ = 0;
}

Result<void> erase_range(const View& view, Table table, const KeyRange& range, WriteBatch& batch) {
  return view.scan(table, range, Order::kForward,
                   [&](std::string_view key, std::string_view) -> Result<Visit> {
                     batch.erase(table, std::string(key));
                     return Visit::kContinue;
                   });
}

}  // namespace cowrite::storage
