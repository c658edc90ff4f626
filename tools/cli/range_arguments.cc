#include "tools/cli/range_arguments.h"

#include <string>

namespace cowrite::cli {

void RangeArguments::declare(Options& options) {
  options.option("--from", "V", "Begin with what made version V", &from);
  options.option("--to", "V", "End with what made version V", &to);
}

Result<void> RangeArguments::check() const {
  if (!from || !to || *from <= *to) return {};
  return Error{kErrUsage,
               "--from " + std::to_string(*from) + " is after --to " + std::to_string(*to)};
}

}  // namespace cowrite::cli
