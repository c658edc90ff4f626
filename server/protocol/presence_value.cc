#include "server/protocol/presence_value.h"

#include <nlohmann/json.hpp>

#include "ot/position.h"

namespace cowrite::protocol {
namespace {

using Json = nlohmann::json;

bool is_position(const Json& value) { return value.is_number_unsigned(); }

void move(Json& position, const ot::Operation& operation, bool own) {
  position = ot::transform_position(position.get<std::uint64_t>(), operation,
                                    own ? ot::Origin::kOwn : ot::Origin::kOther);
}

// {"index": start, "length": n}: the end moves as a position of its own.
void move_range(Json& range, const ot::Operation& operation, bool own) {
  const bool has_length = range.contains("length") && is_position(range["length"]);
  Json end = range["index"];
  if (has_length) end = range["index"].get<std::uint64_t>() + range["length"].get<std::uint64_t>();
  move(range["index"], operation, own);
  if (!has_length) return;
  move(end, operation, own);
  range["length"] = end.get<std::uint64_t>() - range["index"].get<std::uint64_t>();
}

}  // namespace

std::string transform_presence_value(std::string_view value, const ot::Operation& operation,
                                     bool own) {
  Json json = Json::parse(value);
  if (is_position(json)) {
    move(json, operation, own);
  } else if (json.is_array() && json.size() == 2 && is_position(json[0]) && is_position(json[1])) {
    move(json[0], operation, own);
    move(json[1], operation, own);
  } else if (json.is_object() && json.contains("index") && is_position(json["index"])) {
    move_range(json, operation, own);
  } else {
    return std::string(value);
  }
  return json.dump();
}

}  // namespace cowrite::protocol
