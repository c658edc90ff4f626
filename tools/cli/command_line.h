// The command line, parsed: which command, on which source, for which output. Only its .cc includes
// CLI11.
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

// How to show a server that we are its operator: the token itself, or the file that holds it.
struct Token {
  std::string text;
};
struct TokenFile {
  std::string path;
};

struct Invocation {
  std::variant<ServerUrl, DataFolder> source;
  std::variant<std::monostate, Token, TokenFile> token;
  std::string collection;
  Format format = Format::kText;
  ColourChoice colours = ColourChoice::kAuto;
  std::string command;
  std::variant<Run, OperatorRun> run;
};

// Nothing to run: what to print instead. Help asked for goes to standard output with status 0, a
// complaint to standard error with status 2.
struct Explanation {
  std::string text;
  int status = 0;
};

// Reads the environment too: COWRITE_SERVER and COWRITE_DATA stand in for --server and --data,
// COWRITE_TOKEN is the operator's token.
[[nodiscard]] std::variant<Invocation, Explanation> parse_command_line(int argc,
                                                                       const char* const* argv);

}  // namespace cowrite::cli
