// mixed: many documents with a few writers each.

#include <memory>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/editing_options.h"

namespace cowrite::load {
namespace {

struct MixedOptions {
  std::uint64_t documents = 100;
  std::uint64_t writers = 5;
  EditingOptions editing;
};

Apply declare(Options& options) {
  const auto chosen = std::make_shared<MixedOptions>();
  options.count("--documents", "Documents", &chosen->documents);
  options.count("--writers", "Clients that write in each of them", &chosen->writers);
  declare_editing(options, chosen->editing);
  declare_rate(options, chosen->editing);
  return [chosen](const Run& run, Breaches& breaches) {
    EditingPlan plan = plan_editing("mixed", chosen->editing);
    plan.documents = chosen->documents;
    plan.writers = chosen->documents * chosen->writers;
    return edit_and_report(run, plan,
                           thousands(plan.documents) + " documents of " +
                               thousands(plan.characters) + " characters, " +
                               thousands(chosen->writers) + " writers in each, " +
                               describe(chosen->editing),
                           breaches);
  };
}

}  // namespace

const Scenario kMixed = {"mixed", "Many documents with a few writers each", declare};

}  // namespace cowrite::load
