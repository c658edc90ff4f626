// The id of the histories in a store, which is Log::history_id().
#pragma once

#include <string>

#include "ot/base/result.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// Returns the id of the store, which is given one if it has none.
[[nodiscard]] Result<std::string> load_or_create_history_id(Store& store);

// Gives the store another id, because its histories are no longer what they were.
[[nodiscard]] Result<void> renew_history_id(Store& store);

}  // namespace cowrite::storage
