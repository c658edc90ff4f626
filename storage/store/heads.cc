#include "storage/store/heads.h"

#include <string>

#include "storage/format/encoding.h"

namespace cowrite::storage {

Result<std::optional<Head>> read_head(const KeyValueStore& store, const DocumentKey& key) {
  const std::string name = document_name_key(key);
  const Result<std::optional<std::string>> value = store.get(Table::kMeta, name);
  if (!value) return Error{value.error().code, describe(key) + ": " + value.error().message};
  if (!*value) return std::optional<Head>();
  const Result<Head> head = decode_head(name, **value);
  if (!head) return Error{head.error().code, describe(key) + ": " + head.error().message};
  return std::optional<Head>(*head);
}

}  // namespace cowrite::storage
