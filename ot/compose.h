// Two operations in a row made one:
//
//     apply(apply(text, first), second) == apply(text, compose(first, second))
//
// Compose is associative, component for component; only a delete's text may be known in one
// bracketing and forgotten in another. Which of an insert and a delete comes first where they meet
// is as in ot-text-unicode, and matters to a later transform: over a composition it does not always
// give the same as over the parts.
#pragma once

#include "ot/operation.h"

namespace cowrite::ot {

// REQUIRES: `second` is valid for the text that `first` makes; the texts of both are together
// shorter than kOperationTextMax bytes.
[[nodiscard]] Operation compose(const Operation& first, const Operation& second);

}  // namespace cowrite::ot
