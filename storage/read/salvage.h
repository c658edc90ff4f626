// Saving what is whole from a store that is damaged.
#pragma once

#include <vector>

#include "ot/base/result.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// Copies every document that verify() proves, but for the index of sources, which is made anew, to
// an empty store, entry by entry, and returns why
// each of the others was left out; of those that a damaged list does not show, there is one error
// for all, which names their neighbours. Fails as writing does.
[[nodiscard]] Result<std::vector<Error>> salvage(const View& view, Store& target);

}  // namespace cowrite::storage
