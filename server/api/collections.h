// The collections that hold documents.
#pragma once

#include <string>
#include <vector>

#include "ot/result.h"
#include "storage/history.h"

namespace cowrite::server {

// In order, deleted documents counting too. Reads one document of each.
[[nodiscard]] Result<std::vector<std::string>> list_collections(const storage::History& history);

}  // namespace cowrite::server
