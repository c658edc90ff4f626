// cowrite-replay: proves the engine on recorded editing, and measures it.
#include <iostream>
#include <string>
#include <vector>

#include "tests/replay/command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return cowrite::replay::run(arguments, std::cout, std::cerr);
}
