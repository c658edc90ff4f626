#include "tools/cli/commands/all.h"

#include <array>

namespace cowrite::cli {

extern const Command kCat, kInfo, kLog, kLs;

std::span<const Command* const> all_commands() {
  static constexpr std::array<const Command*, 4> kAll = {&kLs, &kInfo, &kCat, &kLog};
  return kAll;
}

}  // namespace cowrite::cli
