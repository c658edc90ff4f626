// The operation that takes another back:
//
//     apply(apply(text, operation), invert(operation, text)) == text
#pragma once

#include "ot/base/result.h"
#include "ot/operation.h"
#include "ot/rope/rope.h"

namespace cowrite::ot {

// From the operation alone. Fails with kErrOperationNotInvertible if a delete does not carry its
// text.
[[nodiscard]] Result<Operation> invert(const Operation& operation);

// With the text that the operation was made for, which fills in what the deletes do not carry. (A
// text that a delete does carry is believed.) Fails with kErrOperationNotApplied if the operation
// reaches past the end of `before`.
[[nodiscard]] Result<Operation> invert(const Operation& operation, const Rope& before);

}  // namespace cowrite::ot
