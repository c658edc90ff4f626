#include "server/protocol/presence_value.h"

#include "server/protocol/json_writer.h"

namespace cowrite::protocol {
namespace {

bool is_selection(const JsonValue& value) {
  if (!value.is_array() || value.size() != 2) return false;
  for (const JsonValue end : value.elements()) {
    if (!end.is_unsigned()) return false;
  }
  return true;
}

}  // namespace

PresenceValue::PresenceValue(std::string_view json) : json_(json), parsed_(json) {
  const JsonValue root = parsed_.root();
  if (root.is_unsigned()) {
    positions_[count_++] = root.integer();
  } else if (is_selection(root)) {
    for (const JsonValue end : root.elements()) positions_[count_++] = end.integer();
  } else if (const JsonValue index = root["index"]; index.is_unsigned()) {
    positions_[count_++] = index.integer();
    const JsonValue length = root["length"];
    if (length.is_unsigned()) positions_[count_++] = index.integer() + length.integer();
  }
}

void PresenceValue::move(const ot::Operation& operation, ot::Origin origin) {
  for (std::size_t i = 0; i < count_; ++i) {
    positions_[i] = ot::transform_position(positions_[i], operation, origin);
  }
}

std::string PresenceValue::to_json() const {
  const JsonValue root = parsed_.root();
  if (!has_positions()) return std::string(json_);
  if (root.is_object()) return range_to_json();
  JsonWriter out;
  if (root.is_array()) {
    out.begin_array().integer(positions_[0]).integer(positions_[1]).end_array();
  } else {
    out.integer(positions_[0]);
  }
  return out.take();
}

std::string PresenceValue::range_to_json() const {
  JsonWriter out;
  out.begin_object();
  for (const auto& [name, field] : parsed_.root().fields()) {
    if (name == "index") {
      out.integer("index", positions_[0]);
    } else if (name == "length" && count_ == 2) {
      out.integer("length", positions_[1] - positions_[0]);
    } else {
      field.write(out.name(name));
    }
  }
  out.end_object();
  return out.take();
}

}  // namespace cowrite::protocol
