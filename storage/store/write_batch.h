// WriteBatch: changes to the tables of a store, made all or none by Store::write(). A plain value,
// bound to no store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "storage/format/key_range.h"
#include "storage/store/view.h"

namespace cowrite::storage {

class WriteBatch {
 public:
  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);
  // Adds the changes of another batch after those of this one.
  void append(const WriteBatch& other);
  void clear();

  // Calls function(table, key, value) for each change, in the order in which they were added: of
  // two changes of one key the later one lasts. The value is absent where the key is erased.
  template <typename Function>
  void for_each(Function function) const;

  [[nodiscard]] std::size_t size() const { return changes_.size(); }
  // Of all keys and values.
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }

 private:
  struct Change {
    Table table;
    bool is_put;
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
  };

  void add(Table table, std::string_view key, std::optional<std::string_view> value);

  std::vector<Change> changes_;
  std::string bytes_;  // The key and the value of each change, one after the other.
};

// Erases every entry in range that the view shows.
[[nodiscard]] Result<void> erase_range(const View& view, Table table, const KeyRange& range,
                                       WriteBatch& batch);

template <typename Function>
void WriteBatch::for_each(Function function) const {
  std::string_view rest = bytes_;
  for (const Change& change : changes_) {
    const std::string_view key = rest.substr(0, change.key_bytes);
    const std::string_view value = rest.substr(change.key_bytes, change.value_bytes);
    rest.remove_prefix(key.size() + value.size());
    function(change.table, key, change.is_put ? std::optional(value) : std::nullopt);
  }
}

}  // namespace cowrite::storage
