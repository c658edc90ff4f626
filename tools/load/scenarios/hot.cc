// hot: everybody writes in one document, so that each operation is rebased over others.

#include <memory>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/editing_options.h"

namespace cowrite::load {
namespace {

struct HotOptions {
  std::uint64_t writers = 50;
  EditingOptions editing;
};

Apply declare(Options& options) {
  const auto chosen = std::make_shared<HotOptions>();
  options.count("--writers", "Clients that write in the one document", &chosen->writers);
  declare_editing(options, chosen->editing);
  declare_rate(options, chosen->editing);
  return [chosen](const Run& run, Breaches& breaches) {
    EditingPlan plan = plan_editing("hot", chosen->editing);
    plan.writers = chosen->writers;
    return edit_and_report(run, plan,
                           "one document of " + thousands(plan.characters) + " characters, " +
                               thousands(plan.writers) + " writers, " + describe(chosen->editing),
                           breaches);
  };
}

}  // namespace

const Scenario kHot = {"hot", "One document in which everybody writes", declare};

}  // namespace cowrite::load
