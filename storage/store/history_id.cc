#include "storage/store/history_id.h"

#include <optional>
#include <string_view>

#include "storage/format/value.h"
#include "storage/random_id.h"

namespace cowrite::storage {
namespace {

constexpr std::string_view kKey = "history";

}  // namespace

Result<std::string> load_or_create_history_id(Store& store) {
  const Result<std::optional<std::string>> stored = store.view()->get(Table::kMeta, kKey);
  if (!stored) return stored.error();
  if (!*stored) {
    const Result<void> renewed = renew_history_id(store);
    return renewed ? load_or_create_history_id(store) : renewed.error();
  }
  ValueReader in(kKey, **stored);
  const std::string_view id = in.string();
  return in.whole() ? Result<std::string>(std::string(id)) : damaged_value("history id");
}

Result<void> renew_history_id(Store& store) {
  std::string value;
  put_string(random_hex(32), value);
  put_checksum(kKey, value);
  WriteBatch batch;
  batch.put(Table::kMeta, kKey, value);
  return store.write(batch, Durability::kSynced);
}

}  // namespace cowrite::storage
