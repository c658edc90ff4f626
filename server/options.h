// The command line of cowrite-server.
#pragma once

#include <string>
#include <variant>

#include "server/server.h"

namespace cowrite::server {

// The process ends without serving, and prints this: the help, the version (status 0), or a mistake
// in the arguments (status 2).
struct EarlyExit {
  std::string text;
  int exit_status = 0;
};

[[nodiscard]] std::variant<ServerOptions, EarlyExit> parse_options(int argc, char** argv);

}  // namespace cowrite::server
