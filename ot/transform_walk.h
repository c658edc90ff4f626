// The steps of transform(): one operation, `mine`, is rewritten to follow another, whose components
// it passes one by one, with their texts or without.
//
// Inline, and always: transform() takes a tenth longer where its cursor goes through memory.
#pragma once

#include <cstdint>

#include "ot/component_cursor.h"
#include "ot/operation.h"
#include "ot/transform.h"

namespace cowrite::ot {

// The other operation keeps `length` code points, so this one's part for them stays. Once this one
// is at its end, all that could follow is a trailing retain.
[[gnu::always_inline]] inline void pass_retain(ComponentCursor& mine, std::uint64_t length,
                                               OperationWriter& result) {
  while (length > 0 && !mine.at_end()) {
    if (mine.kind() == Kind::kInsert) {
      result.append(mine.take());
      continue;
    }
    const Component part = mine.take(length);
    result.append(part);
    length -= part.length;
  }
}

// The other operation inserts `length` code points. One insert may stand left of them, as in
// ot-text-unicode: of several in a row, the rest goes to their right.
[[gnu::always_inline]] inline void pass_insert(ComponentCursor& mine, std::uint64_t length,
                                               Side side, OperationWriter& result) {
  if (side == Side::kLeft && mine.kind() == Kind::kInsert) result.append(mine.take());
  result.retain(length);
}

// The other operation drops `length` code points: what this one does with them is void, but its
// inserts stay.
[[gnu::always_inline]] inline void pass_delete(ComponentCursor& mine, std::uint64_t length,
                                               OperationWriter& result) {
  while (length > 0 && !mine.at_end()) {
    if (mine.kind() == Kind::kInsert) {
      result.append(mine.take());
    } else {
      length -= mine.take(length).length;
    }
  }
}

// Passes the next component of the other operation.
[[gnu::always_inline]] inline void pass(ComponentCursor& mine, Kind kind, std::uint64_t length,
                                        Side side, OperationWriter& result) {
  switch (kind) {
    case Kind::kRetain:
      pass_retain(mine, length, result);
      break;
    case Kind::kInsert:
      pass_insert(mine, length, side, result);
      break;
    case Kind::kDelete:
      pass_delete(mine, length, result);
      break;
  }
}

}  // namespace cowrite::ot
