#include "tools/load/scenarios/run.h"

#include <unistd.h>

#include <iostream>

namespace cowrite::load {

std::vector<std::string> document_ids(const std::string& prefix, std::size_t count) {
  std::vector<std::string> ids;
  ids.reserve(count);
  for (std::size_t i = 0; i < count; ++i) ids.push_back(prefix + "-" + std::to_string(i));
  return ids;
}

void say(const std::string& what) {
  if (::isatty(STDERR_FILENO)) std::cerr << "cowrite-load: " + what + "\n";
}

}  // namespace cowrite::load
