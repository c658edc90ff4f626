// fanout: one document with many subscribers. How fast does everybody have what one writes?

#include <memory>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/editing_options.h"

namespace cowrite::load {
namespace {

struct FanoutOptions {
  std::uint64_t subscribers = 100;
  std::uint64_t writers = 1;
  EditingOptions editing;
};

Apply declare(Options& options) {
  const auto chosen = std::make_shared<FanoutOptions>();
  options.count("--subscribers", "Clients that follow the document and write nothing",
                &chosen->subscribers);
  options.count("--writers", "Clients that write", &chosen->writers);
  declare_editing(options, chosen->editing);
  declare_rate(options, chosen->editing);
  return [chosen](const Run& run, Breaches& breaches) {
    EditingPlan plan = plan_editing("fanout", chosen->editing);
    plan.writers = chosen->writers;
    plan.followers = chosen->subscribers;
    return edit_and_report(run, plan,
                           "one document of " + thousands(plan.characters) + " characters, " +
                               thousands(plan.followers) + " subscribers, " +
                               thousands(plan.writers) + " writing, " + describe(chosen->editing),
                           breaches);
  };
}

}  // namespace

const Scenario kFanout = {
    "fanout", "One document with many subscribers: how fast does everybody have it?", declare};

}  // namespace cowrite::load
