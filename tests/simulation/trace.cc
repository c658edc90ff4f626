#include "tests/simulation/trace.h"

#include <cstdio>
#include <utility>

namespace cowrite::simulation {
namespace {

constexpr std::size_t kNewestMax = 60;
constexpr std::size_t kNewestLengthMax = 400;

}  // namespace

void Trace::note(std::string_view who, std::string_view what, std::string_view detail) {
  std::string line = std::to_string(timeline_.now());
  line.append(" ").append(who).append(" ").append(what);
  if (!detail.empty()) line.append(" ").append(detail);
  for (const char byte : line) {  // FNV-1a.
    digest_ = (digest_ ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  }
  ++events_;
  if (printing_ == Printing::kEverything) std::printf("%s\n", line.c_str());
  if (newest_.size() == kNewestMax) newest_.pop_front();
  if (line.size() > kNewestLengthMax) line.replace(kNewestLengthMax, line.size(), "...");
  newest_.push_back(std::move(line));
}

}  // namespace cowrite::simulation
