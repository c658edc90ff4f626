// What the scenarios in which clients write have in common on the command line.
#pragma once

#include <cstdint>
#include <string>

#include "tools/load/scenarios/editing.h"
#include "tools/load/scenarios/options.h"
#include "tools/load/scenarios/scenario.h"

namespace cowrite::load {

struct EditingOptions {
  std::uint64_t characters = 1'000;
  double seconds = 10;
  double warmup = 2;
  std::uint64_t operations = 0;
  double reconnect = 0;
  bool together = false;
  double rate = 0;
};

// --size, --seconds, --warmup, --operations, --reconnect, --reconnect-together.
void declare_editing(Options& options, EditingOptions& target);
// --rate, for writers that could also write back to back.
void declare_rate(Options& options, EditingOptions& target);

// A plan with what these options say. Documents and clients are left to the scenario.
[[nodiscard]] EditingPlan plan_editing(const std::string& scenario, const EditingOptions& options);
// "back to back, for 10 s after 2 s of warm-up"
[[nodiscard]] std::string describe(const EditingOptions& options);

// Carries the plan out, and reports it under a title.
[[nodiscard]] Result<Report> edit_and_report(const Run& run, const EditingPlan& plan,
                                             const std::string& title, Breaches& breaches);

}  // namespace cowrite::load
