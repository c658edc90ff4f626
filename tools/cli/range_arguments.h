// RangeArguments: `--from V` and `--to V` of the commands that show versions one after the other.
#pragma once

#include <cstdint>
#include <optional>

#include "ot/base/result.h"
#include "tools/cli/command.h"

namespace cowrite::cli {

struct RangeArguments {
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> to;

  // REQUIRES: this outlives the parsing.
  void declare(Options& options);

  // Fails with kErrUsage if the range ends before it begins.
  [[nodiscard]] Result<void> check() const;
};

}  // namespace cowrite::cli
