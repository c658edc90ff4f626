// The name of all histories in a store (RocksDbLog::history_id()).
#pragma once

#include <string>

#include "ot/base/result.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// The store's; a store that has none is given one.
[[nodiscard]] Result<std::string> load_or_create_history_id(Store& store);

// Gives it another one: its histories are no longer what they were.
[[nodiscard]] Result<void> renew_history_id(Store& store);

}  // namespace cowrite::storage
