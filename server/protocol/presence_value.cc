#include "server/protocol/presence_value.h"

#include <cstdint>

#include "ot/position.h"
#include "server/protocol/json_reader.h"
#include "server/protocol/json_writer.h"

namespace cowrite::protocol {
namespace {

class Transform {
 public:
  Transform(const ot::Operation& operation, bool own)
      : operation_(operation), origin_(own ? ot::Origin::kOwn : ot::Origin::kOther) {}

  [[nodiscard]] std::uint64_t position(std::uint64_t before) const {
    return ot::transform_position(before, operation_, origin_);
  }

  [[nodiscard]] std::string selection(const JsonValue& anchor_and_focus) const {
    JsonWriter out;
    out.begin_array();
    for (const JsonValue end : anchor_and_focus.elements()) out.integer(position(end.integer()));
    return out.end_array().take();
  }

  // {"index": start, "length": n}: the end moves as a position of its own.
  [[nodiscard]] std::string range(const JsonValue& range) const {
    const std::uint64_t begin = range["index"].integer();
    const std::uint64_t moved = position(begin);
    JsonWriter out;
    out.begin_object();
    for (const auto& [name, value] : range.fields()) {
      if (name == "index") {
        out.integer(name, moved);
      } else if (name == "length" && value.is_unsigned()) {
        out.integer(name, position(begin + value.integer()) - moved);
      } else {
        value.write(out.name(name));
      }
    }
    return out.end_object().take();
  }

 private:
  const ot::Operation& operation_;
  ot::Origin origin_;
};

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
  const ParsedJson parsed(value);
  const JsonValue root = parsed.root();
  const Transform transform(operation, own);
  if (root.is_unsigned()) return std::to_string(transform.position(root.integer()));
  if (is_selection(root)) return transform.selection(root);
  if (root["index"].is_unsigned()) return transform.range(root);
  return std::string(value);
}

}  // namespace cowrite::protocol
