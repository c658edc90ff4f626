// Operations as bytes, for storage:
//
//     operation  = count component*           count: varint, the number of components
//     component  = head [text]                head: varint, value * 4 + tag
//
//     tag 0  retain            value: code points
//     tag 1  insert            value: bytes of the text, which follows
//     tag 2  delete            value: code points
//     tag 3  delete with text  value: bytes of the text, which follows
//
// Every operation has one encoding, and decode() accepts nothing else.
#pragma once

#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "ot/operation.h"

namespace cowrite::ot {

// Appends the operation to `out`.
void encode(const Operation& operation, std::string& out);

// Takes an operation from the front of `in`. Fails with kErrOperationInvalid, `in` as it was, on
// anything that encode() does not make of a valid operation. Copies the texts.
[[nodiscard]] Result<Operation> decode(std::string_view& in);

}  // namespace cowrite::ot
