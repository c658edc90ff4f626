// The command line of cowrite-server.
#pragma once

#include <string>
#include <variant>

#include "server/server.h"

namespace cowrite::server {

// What to print instead of serving, and the exit status: 0 for --help and --version, 2 for a
// mistake in the arguments.
struct EarlyExit {
  std::string text;
  int exit_status = 0;
};

[[nodiscard]] std::variant<ServerOptions, EarlyExit> parse_options(int argc, char** argv);

}  // namespace cowrite::server
