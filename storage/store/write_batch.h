// WriteBatch: changes to the tables of a store, made all or none by Store::write(). A plain value,
// bound to no store.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "storage/format/key_range.h"
#include "storage/store/view.h"

namespace cowrite::storage {

class WriteBatch {
 public:
  struct Change {
    Table table = Table::kMeta;
    std::string key;
    std::optional<std::string> value;  // Absent: the key is removed.
  };

  void put(Table table, std::string key, std::string value);
  void erase(Table table, std::string key);
  // Adds the changes of another batch, after those of this one.
  void append(WriteBatch other);
  void clear();

  // In the order in which they were added: of two changes of one key the later one lasts.
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  // Of all keys and values.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::vector<Change> changes_;
  std::size_t bytes_ = 0;
};

// Erases every entry in range that the view shows.
[[nodiscard]] Result<void> erase_range(const View& view, Table table, const KeyRange& range,
                                       WriteBatch& batch);

}  // namespace cowrite::storage
