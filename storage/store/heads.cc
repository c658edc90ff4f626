#include "storage/store/heads.h"

#include <string>
#include <string_view>
#include <utility>

#include "storage/format/encoding.h"
#include "storage/format/keys.h"

namespace cowrite::storage {
namespace {

Result<std::optional<Head>> decode_found(const DocumentKey& key, std::string_view name,
                                         const std::optional<std::string>& value) {
  if (!value) return std::optional<Head>();
  const Result<Head> head = decode_head(name, *value);
  if (!head) return about(key, head.error());
  return std::optional<Head>(*head);
}

}  // namespace

Result<std::optional<Head>> read_head(const View& view, const DocumentKey& key) {
  const std::string name = document_name_key(key);
  const Result<std::optional<std::string>> value = view.get(Table::kMeta, name);
  return value ? decode_found(key, name, *value) : about(key, value.error());
}

Result<std::vector<std::optional<Head>>> read_heads(const View& view,
                                                    std::span<const DocumentKey> keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const DocumentKey& key : keys) names.push_back(document_name_key(key));
  const Result<std::vector<std::optional<std::string>>> values = view.get_many(Table::kMeta, names);
  if (!values) return values.error();
  std::vector<std::optional<Head>> heads;
  heads.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Result<std::optional<Head>> head = decode_found(keys[i], names[i], (*values)[i]);
    if (!head) return head.error();
    heads.push_back(*head);
  }
  return heads;
}

Result<void> scan_heads(const View& view, const std::optional<DocumentKey>& after, Order order,
                        const HeadVisitor& visit) {
  const KeyRange range = after ? document_names_after(*after) : all_document_names();
  return view.scan(Table::kMeta, range, order,
                   [&visit](std::string_view name, std::string_view value) -> Result<Visit> {
                     Result<DocumentKey> key = decode_document_name_key(name);
                     if (!key) return key.error();
                     const Result<Head> head = decode_head(name, value);
                     const Result<Head> named = head ? head : about(*key, head.error());
                     return visit(*std::move(key), named);
                   });
}

void put_head(const DocumentKey& key, const Head& head, WriteBatch& batch) {
  const std::string name = document_name_key(key);
  batch.put(Table::kMeta, name, encode_head(name, head));
}

}  // namespace cowrite::storage
