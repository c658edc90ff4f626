// Two operations made against one text, the first rewritten to follow the second:
//
//              operation
//       text ------------> .
//         |                |
//   other |                | other'
//         v                v
//         . ------------> same text
//             operation'
//
// with operation' = transform(operation, other, kLeft) and other' = transform(other, operation,
// kRight), or with the sides exchanged. Where both insert at one position, the left one's text
// stands left. On the server, what commits later is the left one (ShareDB's rule).
//
// The result is in normal form and exactly what ot-text-unicode gives, also for operations that are
// not in normal form.
#pragma once

#include "ot/operation.h"

namespace cowrite::ot {

enum class Side { kLeft, kRight };

// REQUIRES: both are valid for one text.
[[nodiscard]] Operation transform(const Operation& operation, const Operation& other, Side side);

}  // namespace cowrite::ot
