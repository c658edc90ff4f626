// Moving a presence value over committed operations, so that a cursor stays beside the text it
// stood at.
//
// A value is JSON: null, a position, [anchor, focus], or {"index", "length", ...} whose other
// fields are kept; anything else is passed through untouched. Positions are code points.
#pragma once

#include <string>
#include <string_view>

#include "ot/operation.h"

namespace cowrite::protocol {

// `own`: the operation came from the one whose presence it is, so a cursor that stands where it
// inserts moves behind the inserted text. REQUIRES: value is JSON text.
[[nodiscard]] std::string transform_presence_value(std::string_view value,
                                                   const ot::Operation& operation, bool own);

}  // namespace cowrite::protocol
