#include "storage/store/heads.h"

#include <string>
#include <string_view>
#include <utility>

#include "storage/errors.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/store/unreadable_range.h"

namespace cowrite::storage {
namespace {

Result<std::optional<Head>> decode_found(const DocumentKey& key, std::string_view name,
                                         const std::optional<std::string>& value) {
  if (!value) return std::optional<Head>();
  const Result<Head> head = decode_head(name, *value);
  if (!head) return about(key, head.error());
  return std::optional<Head>(*head);
}

Visit show(std::string_view name, std::string_view value, const HeadVisitor& visit) {
  Result<DocumentKey> key = decode_document_name_key(name);
  if (!key) return visit(std::nullopt, key.error());
  const Result<Head> head = decode_head(name, value);
  const Result<Head> named = head ? head : about(*key, head.error());
  return visit(*std::move(key), named);
}

// The name of the document whose head this is.
std::string name_of(const std::optional<std::string>& entry, std::string otherwise) {
  if (!entry) return otherwise;
  const Result<DocumentKey> key = decode_document_name_key(*entry);
  return key ? describe(*key) : otherwise;
}

Error hidden_documents(const View& view, const UnreadableRange& range, const Error& reason) {
  const Result<std::optional<std::string>> behind =
      first_key(view, Table::kMeta, {range.end, all_document_names().to}, Order::kForward);
  return {reason.code, "the list of documents is damaged between " +
                           name_of(range.before, "its beginning") + " and " +
                           name_of(behind ? *behind : std::nullopt, "its end") +
                           ", and does not show those between: " + reason.message};
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

Result<void> scan_heads(const View& view, const DocumentKey& first, const HeadVisitor& visit) {
  KeyRange rest = document_names_from(first);
  Visit visited = Visit::kContinue;
  while (visited == Visit::kContinue && rest.from < rest.to) {
    Result<void> scanned =
        view.scan(Table::kMeta, rest, Order::kForward,
                  [&](std::string_view name, std::string_view value) -> Result<Visit> {
                    rest.from = std::string(name) + '\0';
                    return visited = show(name, value, visit);
                  });
    if (scanned) break;
    if (scanned.error().code != kErrDamaged) return scanned;
    const Result<UnreadableRange> hidden =
        find_unreadable_range(view, Table::kMeta, all_document_names(), rest.from);
    if (!hidden) return hidden.error();
    if (hidden->end <= rest.from) return scanned;
    visited = visit(std::nullopt, hidden_documents(view, *hidden, scanned.error()));
    rest.from = hidden->end;
  }
  return {};
}

void put_head(const DocumentKey& key, const Head& head, WriteBatch& batch) {
  const std::string name = document_name_key(key);
  batch.put(Table::kMeta, name, encode_head(name, head));
}

}  // namespace cowrite::storage
