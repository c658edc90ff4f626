#include "ot/transform.h"

#include "ot/splice.h"
#include "ot/transform_walk.h"

namespace cowrite::ot {

namespace {

Operation transform_any(const Operation& operation, const Operation& other, Side side) {
  Operation made;
  OperationWriter result(made);
  ComponentCursor mine(operation);
  for (const Component& theirs : other) pass(mine, theirs.kind, theirs.length, side, result);
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
