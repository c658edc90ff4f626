// The real `cowrite` as a child process, and what came of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cowrite::cli {

inline constexpr const char* kNoServer = "http://127.0.0.1:1";  // Nobody listens on port 1.

struct Ran {
  int status = 0;  // Of the exit; negative: the signal that ended it.
  std::string out;
  std::string err;
};

using Words = std::vector<std::string>;

// With its output in pipes' stead: no terminal. The environment is the one given, as "NAME=value",
// and nothing else.
Ran run(const Words& arguments, const Words& environment = {});

// With a pipe as standard input, which gives these bytes and ends. REQUIRES: a pipe holds them.
Ran run_with_input(const std::string& input, const Words& arguments);

// With standard output on that file, "/dev/full", or closed if absent; `out` stays empty.
Ran run_into(const std::optional<std::string>& path, const Words& arguments);

// With standard output on a pipe that nobody reads any more; `out` stays empty.
Ran run_into_broken_pipe(const Words& arguments);

// With standard output and standard error on a terminal; both are in `out`, line breaks as "\n". A
// terminal of 0 columns does not tell how many it has.
Ran run_on_terminal(const Words& arguments, const Words& environment = {"TERM=xterm"},
                    unsigned short columns = 0);

}  // namespace cowrite::cli
