#include "tools/replay/json_operation.h"

#include <cstdint>
#include <utility>

#include "ot/operation_receiver.h"

namespace cowrite::replay {

namespace {

using ot::Component;
using ot::Kind;

Component to_component(Kind kind, const nlohmann::json& value) {
  if (value.is_string()) return {kind, 0, value.get_ref<const std::string&>()};
  return {kind, value.get<std::uint64_t>(), {}};
}

}  // namespace

Result<ot::Operation> operation_from_json(const nlohmann::json& json) {
  ot::OperationReceiver receiver;
  for (const nlohmann::json& item : json) {
    const Component component = item.is_object()   ? to_component(Kind::kDelete, item.at("d"))
                                : item.is_string() ? to_component(Kind::kInsert, item)
                                                   : to_component(Kind::kRetain, item);
    if (const Result<void> added = receiver.add(component); !added) return added.error();
  }
  return std::move(receiver).finish();
}

std::string to_json(const ot::Operation& operation) {
  nlohmann::json json = nlohmann::json::array();
  for (const Component& component : operation) {
    const nlohmann::json value =
        component.text.empty() ? nlohmann::json(component.length) : nlohmann::json(component.text);
    json.push_back(component.kind == Kind::kDelete ? nlohmann::json{{"d", value}} : value);
  }
  return json.dump();
}

}  // namespace cowrite::replay
