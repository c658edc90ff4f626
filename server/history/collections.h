// The collections that hold documents.
#pragma once

#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/history.h"

namespace cowrite::history {

// In order, deleted documents counting too. Reads one document of each.
[[nodiscard]] Result<std::vector<std::string>> list_collections(const storage::History& history);

}  // namespace cowrite::history
