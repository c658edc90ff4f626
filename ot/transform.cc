#include "ot/transform.h"

#include <cstdint>

#include "ot/component_cursor.h"
#include "ot/splice.h"

namespace cowrite::ot {

namespace {

// The other operation keeps `length` code points: so does this one's part for them.
void walk_retain(ComponentCursor& mine, std::uint64_t length, OperationWriter& result) {
  while (length > 0) {
    if (mine.at_end()) {
      result.retain(length);
      return;
    }
    if (mine.kind() == Kind::kInsert) {
      result.append(mine.take());
      continue;
    }
    const Component part = mine.take(length);
    result.append(part);
    length -= part.length;
  }
}

// The other operation drops `length` code points: what this one did with them is void, but its
// inserts stay.
void walk_delete(ComponentCursor& mine, std::uint64_t length, OperationWriter& result) {
  while (length > 0 && !mine.at_end()) {
    if (mine.kind() == Kind::kInsert) {
      result.append(mine.take());
    } else {
      length -= mine.take(length).length;
    }
  }
}

Operation transform_any(const Operation& operation, const Operation& other, Side side) {
  Operation made;
  OperationWriter result(made);
  ComponentCursor mine(operation);
  for (const Component& theirs : other) {
    switch (theirs.kind) {
      case Kind::kRetain:
        walk_retain(mine, theirs.length, result);
        break;
      case Kind::kInsert:
        // One insert, as in ot-text-unicode: of several in a row, the rest goes to the right of
        // theirs.
        if (side == Side::kLeft && mine.kind() == Kind::kInsert) result.append(mine.take());
        result.retain(theirs.length);
        break;
      case Kind::kDelete:
        walk_delete(mine, theirs.length, result);
        break;
    }
  }
  while (!mine.at_end()) result.append(mine.take());
  return made;
}

}  // namespace

Operation transform(const Operation& operation, const Operation& other, Side side) {
  if (operation.is_splice() && other.is_splice()) {
    const Splice mine(operation);
    const Splice theirs(other);
    if (mine.end_before() < theirs.begin()) return operation;
    if (mine.begin() > theirs.end_before()) {
      return Splice::moved(operation, mine.begin() - theirs.end_before() + theirs.end_after());
    }
  }
  return transform_any(operation, other, side);
}

}  // namespace cowrite::ot
