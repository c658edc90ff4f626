// PresenceValue: a presence's value, moved over committed operations, so that a cursor stays beside
// the text it stood at.
//
// A value is JSON: null, a position, [anchor, focus], or {"index", "length", ...} whose other
// fields are kept; anything else is passed through untouched. Positions are code points.
//
// The text is parsed once and written once, however many operations there are between.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ot/operation.h"
#include "ot/position.h"
#include "server/protocol/json_reader.h"

namespace cowrite::protocol {

class PresenceValue {
 public:
  // REQUIRES: it is JSON text, and outlives this.
  explicit PresenceValue(std::string_view json);

  // Whether there is anything to move in it.
  [[nodiscard]] bool has_positions() const { return count_ > 0; }

  // An operation of one's own takes a cursor that stands where it inserts behind the inserted text.
  void move(const ot::Operation& operation, ot::Origin origin);

  // As it is now.
  [[nodiscard]] std::string to_json() const;

 private:
  [[nodiscard]] std::string range_to_json() const;

  std::string_view json_;
  ParsedJson parsed_;
  // The position; or both ends, of which that of a range moves as a position of its own.
  std::array<std::uint64_t, 2> positions_ = {};
  std::size_t count_ = 0;
};

}  // namespace cowrite::protocol
