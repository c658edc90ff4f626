// Two operations in a row made one:
//
//     apply(apply(text, first), second) == apply(text, compose(first, second))
//
// The effect of compose is associative. What it puts first where an insert and a delete meet is
// exactly what ot-text-unicode does, and matters to a later transform: transforming over a
// composition is not always the same as transforming over its parts one by one.
#pragma once

#include "ot/operation.h"

namespace cowrite::ot {

// REQUIRES: `second` is valid for the text that `first` makes; the texts of both are together
// shorter than kOperationTextMax bytes.
[[nodiscard]] Operation compose(const Operation& first, const Operation& second);

}  // namespace cowrite::ot
