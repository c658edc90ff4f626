#include "tools/cli/commands/all.h"

#include <array>

namespace cowrite::cli {

extern const Command kBackup, kBlame, kCat, kDiff, kExport, kHealth, kImport, kInfo, kLog, kLs,
    kRestore, kRm, kStat, kTail, kVerify, kVersions;

std::span<const Command* const> all_commands() {
  static constexpr std::array<const Command*, 16> kAll = {
      &kLs,     &kInfo,   &kCat,     &kLog, &kTail,   &kVersions, &kDiff,   &kBlame,
      &kExport, &kImport, &kRestore, &kRm,  &kVerify, &kStat,     &kHealth, &kBackup};
  return kAll;
}

}  // namespace cowrite::cli
