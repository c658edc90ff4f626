// The text after an operation.
#pragma once

#include "ot/base/result.h"
#include "ot/operation.h"
#include "ot/rope/rope.h"

namespace cowrite::ot {

// Changes `text` as the operation says, in O(log n) for each component.
//
// Fails with kErrOperationNotApplied, and leaves the text as it was, if the operation reaches past
// its end (also with a delete, which ot-text-unicode would clamp) or if the result might exceed
// Rope::kBytesMax.
[[nodiscard]] Result<void> apply(Rope& text, const Operation& operation);

}  // namespace cowrite::ot
