// What was typed, understood: which command, on which source, for whom. The only file (its .cc)
// that includes CLI11.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "tools/cli/command.h"

namespace cowrite::cli {

struct ServerUrl {
  std::string url;
};
struct DataFolder {
  std::string path;
};

enum class ColourChoice { kAuto, kAlways, kNever };

struct Invocation {
  std::variant<ServerUrl, DataFolder> source;
  std::string collection;
  Format format = Format::kText;
  ColourChoice colours = ColourChoice::kAuto;
  std::string command;
  Run run;
};

// Nothing to run: what to print instead. Help asked for goes to standard output with status 0, a
// complaint to standard error with status 2.
struct Explanation {
  std::string text;
  int status = 0;
};

// Reads the environment too: COWRITE_SERVER and COWRITE_DATA stand in for --server and --data.
[[nodiscard]] std::variant<Invocation, Explanation> parse_command_line(int argc,
                                                                       const char* const* argv);

}  // namespace cowrite::cli
