// Which number the next new document gets.
#pragma once

#include "ot/base/result.h"
#include "storage/format/keys.h"
#include "storage/store/view.h"

namespace cowrite::storage {

// One more than any document's that has a record, or had one before it was erased: then it has a
// value of the chain. Where damage hides the greatest, a number that is certainly greater, since a
// damaged document is no reason to write none. Fails as reading does, but with kErrDamaged.
[[nodiscard]] Result<DocumentNumber> next_document_number(const View& view);

}  // namespace cowrite::storage
