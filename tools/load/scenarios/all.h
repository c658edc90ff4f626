// All scenarios, each in its own file.
#pragma once

#include "tools/load/scenarios/scenario.h"

namespace cowrite::load {

extern const Scenario kAcks;
extern const Scenario kFanout;
extern const Scenario kHot;
extern const Scenario kMixed;
extern const Scenario kTypists;
extern const Scenario kIdle;
extern const Scenario kCold;

}  // namespace cowrite::load
