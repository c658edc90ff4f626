#include "tools/load/scenarios/all.h"

#include <array>

namespace cowrite::load {

std::span<const Scenario* const> all_scenarios() {
  static const std::array kAll = {&kAcks, &kFanout, &kHot, &kMixed, &kTypists, &kIdle, &kCold};
  return kAll;
}

}  // namespace cowrite::load
