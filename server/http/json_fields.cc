#include "server/http/json_fields.h"

#include <utility>

#include "server/protocol/operation_json.h"
#include "storage/timestamp.h"

namespace cowrite::http {

using protocol::JsonValue;

JsonFields::JsonFields(JsonValue object, std::string& fault) : object_(object), fault_(fault) {
  if (!object_.is_object()) fail("an object is missing");
}

void JsonFields::fail(std::string reason) {
  if (fault_.empty()) fault_ = std::move(reason);
}

bool JsonFields::expect(bool of_right_kind, std::string_view name) {
  if (!of_right_kind) fail("\"" + std::string(name) + "\" is missing or of another kind");
  return of_right_kind;
}

std::string JsonFields::text(std::string_view name) {
  const JsonValue value = object_[name];
  return expect(value.is_string(), name) ? std::string(value.string()) : std::string();
}

std::uint64_t JsonFields::integer(std::string_view name) {
  const JsonValue value = object_[name];
  return expect(value.is_unsigned(), name) ? value.integer() : 0;
}

bool JsonFields::boolean(std::string_view name) {
  const std::optional<bool> value = object_[name].boolean();
  return expect(value.has_value(), name) && *value;
}

std::int64_t JsonFields::time(std::string_view name) {
  const Result<std::int64_t> time_ms = storage::parse_time(text(name));
  if (time_ms) return *time_ms;
  fail("\"" + std::string(name) + "\" is not a time");
  return 0;
}

ot::Operation JsonFields::operation(std::string_view name) {
  Result<ot::Operation> operation = protocol::read_operation(array(name));
  if (operation) return *std::move(operation);
  fail(operation.error().message);
  return {};
}

std::vector<std::string> JsonFields::texts(std::string_view name) {
  std::vector<std::string> texts;
  for (const JsonValue value : array(name).elements()) {
    if (expect(value.is_string(), name)) texts.emplace_back(value.string());
  }
  return texts;
}

std::optional<std::uint64_t> JsonFields::next() {
  if (!has("next")) return std::nullopt;
  return integer("next");
}

JsonValue JsonFields::array(std::string_view name) {
  const JsonValue value = object_[name];
  expect(value.is_array(), name);
  return value;
}

}  // namespace cowrite::http
