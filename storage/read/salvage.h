// Saving what is whole from a store that is damaged.
#pragma once

#include <optional>
#include <vector>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/store/store.h"

namespace cowrite::storage {

struct LeftOut {
  std::optional<DocumentKey> key;  // Absent for a damaged place of the list.
  Error error;
};

// Copies every document that verify() proves to an empty store, entry by entry, and returns why
// each of the others was left out. The index of sources need not be proved: it is made anew. Of the
// documents that a damaged list does not show there is one error for each damaged place, which
// names their neighbours. Fails as reading the list and writing do.
[[nodiscard]] Result<std::vector<LeftOut>> salvage(const View& view, Store& target);

}  // namespace cowrite::storage
