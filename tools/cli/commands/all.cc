#include "tools/cli/commands/all.h"

#include <array>

namespace cowrite::cli {

extern const Command kBlame, kCat, kDiff, kInfo, kLog, kLs, kTail, kVersions;

std::span<const Command* const> all_commands() {
  static constexpr std::array<const Command*, 8> kAll = {&kLs,   &kInfo,     &kCat,  &kLog,
                                                         &kTail, &kVersions, &kDiff, &kBlame};
  return kAll;
}

}  // namespace cowrite::cli
