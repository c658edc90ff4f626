#include "server/protocol/operation_json.h"

#include <optional>
#include <utility>

#include "ot/operation_receiver.h"

namespace cowrite::protocol {
namespace {

// A retain or delete of that length, or an insert or delete of that text, which is borrowed.
std::optional<ot::Component> component_of(const JsonValue& value, ot::Kind of_length,
                                          ot::Kind of_text) {
  if (value.is_unsigned()) return ot::Component{of_length, value.integer()};
  if (value.is_string()) return ot::Component{of_text, 0, value.string()};
  return std::nullopt;
}

std::optional<ot::Component> read_component(const JsonValue& value) {
  if (!value.is_object()) return component_of(value, ot::Kind::kRetain, ot::Kind::kInsert);
  if (!value.has_only("d")) return std::nullopt;
  return component_of(value["d"], ot::Kind::kDelete, ot::Kind::kDelete);
}

void write_component(JsonWriter& out, const ot::Component& component) {
  const bool deletes = component.kind == ot::Kind::kDelete;
  if (deletes) out.begin_object().name("d");
  if (component.text.empty()) {
    out.integer(component.length);
  } else {
    out.text(component.text);
  }
  if (deletes) out.end_object();
}

}  // namespace

Result<ot::Operation> read_operation(const JsonValue& value) {
  if (!value.is_array()) {
    return Error{ot::kErrOperationInvalid, "an operation must be an array of components"};
  }
  ot::OperationReceiver operation;
  std::size_t index = 0;
  for (const JsonValue element : value.elements()) {
    const std::optional<ot::Component> component = read_component(element);
    if (!component) {
      return Error{ot::kErrOperationInvalid,
                   "component " + std::to_string(index) + " is no retain, insert or delete"};
    }
    if (const Result<void> added = operation.add(*component); !added) return added.error();
    ++index;
  }
  return std::move(operation).finish();
}

Result<ot::Operation> parse_operation(std::string_view json) {
  const ParsedJson parsed(json);
  if (parsed.fault()) return Error{ot::kErrOperationInvalid, "an operation must be JSON"};
  return read_operation(parsed.root());
}

void write_operation(JsonWriter& out, const ot::Operation& operation) {
  out.begin_array();
  for (const ot::Component& component : operation) write_component(out, component);
  out.end_array();
}

std::string to_json(const ot::Operation& operation) {
  JsonWriter out;
  write_operation(out, operation);
  return out.take();
}

}  // namespace cowrite::protocol
