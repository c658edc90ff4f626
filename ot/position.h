// Where a position (of a cursor, an end of a selection) is after an operation. Positions count code
// points and stand between them: 0 is before the first.
#pragma once

#include <cstdint>

#include "ot/operation.h"

namespace cowrite::ot {

// The author of the operation, as seen by the owner of the position.
enum class Origin { kOwn, kOther };

// Inserts and deletes before the position move it; a delete over it moves it to where the deleted
// text was. An insert exactly at it moves it if the owner made it (one types in front of one's own
// cursor), else not, which is transformPosition of ot-text-unicode.
[[nodiscard]] std::uint64_t transform_position(std::uint64_t position, const Operation& operation,
                                               Origin origin);

}  // namespace cowrite::ot
