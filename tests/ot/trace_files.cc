#include "tests/ot/trace_files.h"

#include <algorithm>
#include <cstdlib>

namespace cowrite::ot {

std::vector<std::filesystem::path> trace_files(const std::string& folder) {
  const char* given = std::getenv("COWRITE_TRACES");
  const std::filesystem::path traces = given != nullptr ? given : COWRITE_TRACES_DEFAULT;
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(traces / folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(traces / folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace cowrite::ot
