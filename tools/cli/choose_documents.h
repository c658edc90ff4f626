// Choosing documents, for the commands that work on many of them.
#pragma once

#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/history.h"
#include "tools/cli/command.h"

namespace cowrite::cli {

// What no names mean: all documents of the context's collection, or of all collections.
enum class AllOf { kCollection, kStore };

// The documents of these names in the context's collection, each with its newest version, in the
// order of the names; without names, all documents, deleted ones too, in the order of theirs.
[[nodiscard]] Result<std::vector<storage::DocumentInfo>> choose_documents(
    Context& context, const std::vector<std::string>& names, AllOf all_of);

}  // namespace cowrite::cli
