#include "server/protocol/json_value.h"

#include <algorithm>
#include <bit>

namespace cowrite::protocol {

std::optional<bool> JsonValue::boolean() const {
  if (node_->kind != JsonKind::kBoolean) return std::nullopt;
  return node_->content != 0;
}

std::optional<double> JsonValue::number() const {
  switch (node_->kind) {
    case JsonKind::kUnsigned:
      return static_cast<double>(node_->content);
    case JsonKind::kSigned:
      return static_cast<double>(std::bit_cast<std::int64_t>(node_->content));
    case JsonKind::kFraction:
      return std::bit_cast<double>(node_->content);
    default:
      return std::nullopt;
  }
}

JsonElements JsonValue::elements() const {
  return {JsonValue(is_array() ? node_ + 1 : end(), strings_), end()};
}

const JsonNode* JsonValue::find(std::string_view name) const {
  const JsonNode* found = nullptr;
  if (!is_object()) return found;
  for (const JsonNode* field = node_ + 1; field != end(); field = end_of(field + 1)) {
    if (JsonValue(field, strings_).string() == name) found = field + 1;
  }
  return found;
}

JsonValue JsonValue::operator[](std::string_view name) const {
  const JsonNode* const found = find(name);
  return found == nullptr ? JsonValue() : JsonValue(found, strings_);
}

bool JsonValue::has_only(std::string_view name) const {
  if (!is_object() || size() == 0) return false;
  for (const JsonNode* field = node_ + 1; field != end(); field = end_of(field + 1)) {
    if (JsonValue(field, strings_).string() != name) return false;
  }
  return true;
}

std::vector<JsonField> JsonValue::fields() const {
  std::vector<JsonField> fields;
  if (!is_object()) return fields;
  fields.reserve(size());
  for (const JsonNode* field = node_ + 1; field != end(); field = end_of(field + 1)) {
    fields.push_back({JsonValue(field, strings_).string(), JsonValue(field + 1, strings_)});
  }
  std::reverse(fields.begin(), fields.end());  // Of one name the last is then the first.
  const auto comes_before = [](const JsonField& a, const JsonField& b) { return a.name < b.name; };
  const auto is_repeated = [](const JsonField& a, const JsonField& b) { return a.name == b.name; };
  std::stable_sort(fields.begin(), fields.end(), comes_before);
  fields.erase(std::unique(fields.begin(), fields.end(), is_repeated), fields.end());
  return fields;
}

void JsonValue::write(JsonWriter& out) const {
  switch (node_->kind) {
    case JsonKind::kNull:
      out.null();
      break;
    case JsonKind::kBoolean:
      out.boolean(node_->content != 0);
      break;
    case JsonKind::kUnsigned:
      out.integer(node_->content);
      break;
    case JsonKind::kSigned:
      out.signed_integer(std::bit_cast<std::int64_t>(node_->content));
      break;
    case JsonKind::kFraction:
      out.fraction(std::bit_cast<double>(node_->content));
      break;
    case JsonKind::kString:
      out.text(string());
      break;
    case JsonKind::kArray:
      out.begin_array();
      for (const JsonValue element : elements()) element.write(out);
      out.end_array();
      break;
    case JsonKind::kObject:
      out.begin_object();
      for (const auto& [name, value] : fields()) value.write(out.name(name));
      out.end_object();
  }
}

std::string JsonValue::to_json() const {
  JsonWriter out;
  write(out);
  return out.take();
}

}  // namespace cowrite::protocol
