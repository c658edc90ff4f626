// Scenario: one kind of load, a command of cowrite-load.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "ot/base/result.h"
#include "tools/load/figures/report.h"
#include "tools/load/scenarios/options.h"
#include "tools/load/scenarios/run.h"
#include "tools/load/verification/breaches.h"

namespace cowrite::load {

// Applies the load. Fails if it could not be begun; what the server does wrong goes to the
// breaches.
using Apply = std::function<Result<Report>(const Run&, Breaches&)>;

struct Scenario {
  std::string_view name;
  std::string_view summary;
  // Names its options, and gives what is to be done once they are read.
  Apply (*declare)(Options&);
};

// In the order in which help names them.
[[nodiscard]] std::span<const Scenario* const> all_scenarios();

}  // namespace cowrite::load
