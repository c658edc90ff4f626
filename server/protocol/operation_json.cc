#include "server/protocol/operation_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "server/protocol/json_text.h"

namespace cowrite::protocol {
namespace {

using Json = nlohmann::json;

// The text is borrowed.
std::optional<ot::Component> component_from_json(const Json& value) {
  const auto of_kind = [](ot::Kind whole, ot::Kind text, const Json& length) {
    if (length.is_number_unsigned()) {
      return std::optional(ot::Component{whole, length.get<std::uint64_t>(), {}});
    }
    if (length.is_string()) {
      return std::optional(ot::Component{text, 0, length.get_ref<const std::string&>()});
    }
    return std::optional<ot::Component>();
  };
  if (!value.is_object()) return of_kind(ot::Kind::kRetain, ot::Kind::kInsert, value);
  if (value.size() != 1 || !value.contains("d")) return std::nullopt;
  return of_kind(ot::Kind::kDelete, ot::Kind::kDelete, value["d"]);
}

void append_component(std::string& out, const ot::Component& component) {
  const bool deletes = component.kind == ot::Kind::kDelete;
  if (deletes) out += "{\"d\":";
  if (component.text.empty()) {
    append_integer(out, component.length);
  } else {
    append_string(out, component.text);
  }
  if (deletes) out += '}';
}

}  // namespace

Result<ot::Operation> operation_from_json(const Json& value) {
  if (!value.is_array()) {
    return Error{ot::kErrOperationInvalid, "an operation must be an array of components"};
  }
  std::vector<ot::Component> components;
  components.reserve(value.size());
  for (const Json& element : value) {
    const std::optional<ot::Component> component = component_from_json(element);
    if (!component) {
      return Error{ot::kErrOperationInvalid, "component " + std::to_string(components.size()) +
                                                 " is no retain, insert or delete"};
    }
    components.push_back(*component);
  }
  return ot::Operation::from_components(components);
}

void append_operation(std::string& out, const ot::Operation& operation) {
  out += '[';
  bool first = true;
  for (const ot::Component& component : operation) {
    if (!first) out += ',';
    first = false;
    append_component(out, component);
  }
  out += ']';
}

std::string to_json(const ot::Operation& operation) {
  std::string json;
  append_operation(json, operation);
  return json;
}

}  // namespace cowrite::protocol
