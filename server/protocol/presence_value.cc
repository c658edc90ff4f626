#include "server/protocol/presence_value.h"

#include <cstdint>

#include "ot/position.h"
#include "server/protocol/json_reader.h"
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

std::string transform_presence_value(std::string_view value, const ot::Operation& operation,
                                     bool own) {
  const auto moved = [&operation, own](std::uint64_t position) {
    return ot::transform_position(position, operation, own ? ot::Origin::kOwn : ot::Origin::kOther);
  };
  const ParsedJson parsed(value);
  const JsonValue root = parsed.root();
  JsonWriter out;
  if (root.is_unsigned()) {
    out.integer(moved(root.integer()));
  } else if (is_selection(root)) {
    out.begin_array();
    for (const JsonValue end : root.elements()) out.integer(moved(end.integer()));
    out.end_array();
  } else if (const JsonValue index = root["index"]; index.is_unsigned()) {
    out.begin_object();
    for (const auto& [name, field] : root.fields()) {
      if (name == "index") {
        out.integer("index", moved(index.integer()));
      } else if (name == "length" && field.is_unsigned()) {
        // The end moves as a position of its own.
        const std::uint64_t end = moved(index.integer() + field.integer());
        out.integer("length", end - moved(index.integer()));
      } else {
        field.write(out.name(name));
      }
    }
    out.end_object();
  } else {
    return std::string(value);
  }
  return out.take();
}

}  // namespace cowrite::protocol
