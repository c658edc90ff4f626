// All commands, in the order of --help.
#pragma once

#include <span>

#include "tools/cli/command.h"

namespace cowrite::cli {

[[nodiscard]] std::span<const Command* const> all_commands();

}  // namespace cowrite::cli
