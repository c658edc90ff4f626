// The command line of cowrite-load.
#pragma once

#include <string>
#include <variant>

#include "tools/load/scenarios/run.h"
#include "tools/load/scenarios/scenario.h"

namespace cowrite::load {

struct Invocation {
  std::string server;
  Run run;  // Without its target.
  Apply apply;
  bool json = false;
};

// The process ends without a load, and prints this: the help or the version (status 0), or a
// mistake in the arguments (status 2).
struct EarlyExit {
  std::string text;
  int exit_status = 0;
};

[[nodiscard]] std::variant<Invocation, EarlyExit> parse_command_line(int argc,
                                                                     const char* const* argv);

}  // namespace cowrite::load
