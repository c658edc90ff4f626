#include "server/protocol/json_value.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

namespace cowrite::protocol {

std::optional<bool> JsonValue::boolean() const {
  if (kind() != JsonKind::kBoolean) return std::nullopt;
  return node_->content != 0;
}

std::optional<double> JsonValue::number() const {
  switch (kind()) {
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

std::size_t JsonValue::size() const { return is_array() || is_object() ? node_->size : 0; }

JsonValue::Elements JsonValue::elements() const {
  const JsonNode* const first = is_array() ? node_ + 1 : next();
  return {JsonValue(first, strings_), JsonValue(next(), strings_)};
}

template <typename Visit>
void JsonValue::for_each_field(Visit visit) const {
  if (!is_object()) return;
  for (const JsonNode* at = node_ + 1; at != next();) {
    const JsonValue value(at + 1, strings_);
    visit(JsonValue(at, strings_).string(), value);
    at = value.next();
  }
}

JsonValue JsonValue::operator[](std::string_view name) const {
  JsonValue found;
  for_each_field([&](std::string_view field, const JsonValue& value) {
    if (field == name) found = value;
  });
  return found;
}

bool JsonValue::has(std::string_view name) const {
  bool found = false;
  for_each_field([&](std::string_view field, const JsonValue&) { found = found || field == name; });
  return found;
}

bool JsonValue::has_only(std::string_view name) const {
  bool only = size() > 0;
  for_each_field([&](std::string_view field, const JsonValue&) { only = only && field == name; });
  return only && is_object();
}

std::vector<JsonField> JsonValue::fields() const {
  std::vector<JsonField> fields;
  fields.reserve(size());
  for_each_field([&](std::string_view name, const JsonValue& value) {
    fields.push_back({name, value});
  });
  std::reverse(fields.begin(), fields.end());  // Of one name the last is then the first.
  std::stable_sort(fields.begin(), fields.end(),
                   [](const JsonField& a, const JsonField& b) { return a.name < b.name; });
  const auto repeated =
      std::unique(fields.begin(), fields.end(),
                  [](const JsonField& a, const JsonField& b) { return a.name == b.name; });
  fields.erase(repeated, fields.end());
  return fields;
}

void JsonValue::write(JsonWriter& out) const {
  switch (kind()) {
    case JsonKind::kNull:
      out.null();
      break;
    case JsonKind::kBoolean:
      out.boolean(node_->content != 0);
      break;
    case JsonKind::kUnsigned:
      out.integer(integer());
      break;
    case JsonKind::kSigned:
      out.signed_integer(std::bit_cast<std::int64_t>(node_->content));
      break;
    case JsonKind::kFraction:
      out.raw(nlohmann::json(std::bit_cast<double>(node_->content)).dump());
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
