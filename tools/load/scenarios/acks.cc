// acks: documents with one writer each. How fast are operations made durable?

#include <memory>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/editing_options.h"

namespace cowrite::load {
namespace {

struct AcksOptions {
  std::uint64_t documents = 100;
  EditingOptions editing;
};

Apply declare(Options& options) {
  const auto chosen = std::make_shared<AcksOptions>();
  options.count("--documents", "Documents, each with one writer", &chosen->documents);
  declare_editing(options, chosen->editing);
  declare_rate(options, chosen->editing);
  return [chosen](const Run& run, Breaches& breaches) {
    EditingPlan plan = plan_editing("acks", chosen->editing);
    plan.documents = plan.writers = chosen->documents;
    return edit_and_report(run, plan,
                           thousands(plan.documents) + " documents of " +
                               thousands(plan.characters) + " characters, one writer in each, " +
                               describe(chosen->editing),
                           breaches);
  };
}

}  // namespace

const Scenario kAcks = {"acks", "Documents with one writer each: how fast are acks?", declare};

}  // namespace cowrite::load
