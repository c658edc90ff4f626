// What cowrite-replay does, but for main(): reads its arguments, replays the files, prints.
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace cowrite::replay {

// Returns the exit status: 0, everything agrees; 1, something differs or a file cannot be read;
// 2, the arguments are wrong.
[[nodiscard]] int run(std::span<const std::string> arguments, std::ostream& out,
                      std::ostream& complaints);

}  // namespace cowrite::replay
