// The configuration of cowrite-server, put together from what its user wrote: flags, which override
// the environment (COWRITE_...), which overrides a file (--config or COWRITE_CONFIG).
//
// All that is written is checked, also what something else overrides; each mistake names its place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config/setting.h"
#include "server/server.h"

namespace cowrite::server {

struct Configuration {
  ServerOptions options;
  std::vector<config::Setting> settings;  // What holds of each option, in the order of the table.
  std::string file;                       // Empty if there is none.
  // Sentences about variables that look like options and are none. They are no mistakes: the
  // environment is shared with other programs, and some put variables into it that nobody wrote, as
  // Kubernetes does for a service that is called cowrite.
  std::vector<std::string> doubts;
};

// The process ends without serving, and prints this: the help, the version or the configuration
// (status 0), or mistakes (status 2).
struct EarlyExit {
  std::string text;
  int exit_status = 0;
  std::vector<std::string> mistakes = {};
};

// `environment` has the form of environ.
[[nodiscard]] std::variant<Configuration, EarlyExit> parse_options(int argc,
                                                                   const char* const* argv,
                                                                   const char* const* environment);

// ---- Reloading

struct Option;

struct Difference {
  const Option* option = nullptr;  // Of the table.
  std::size_t index = 0;           // Of the option in the table, and of its setting.
  std::string text;                // As it is now to be.
};

// What another configuration has otherwise.
[[nodiscard]] std::vector<Difference> differences(const Configuration& running,
                                                  const Configuration& wanted);

}  // namespace cowrite::server
