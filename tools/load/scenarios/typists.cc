// typists: people in documents, at the pace of people, with their cursors.

#include <memory>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/editing_options.h"

namespace cowrite::load {
namespace {

struct TypistsOptions {
  std::uint64_t people = 1'000;
  std::uint64_t documents = 200;
  bool without_cursors = false;
  EditingOptions editing{.seconds = 30, .warmup = 5};
};

Apply declare(Options& options) {
  const auto chosen = std::make_shared<TypistsOptions>();
  options.count("--people", "Clients, each in one document", &chosen->people);
  options.count("--documents", "Documents that they are spread over", &chosen->documents);
  options.flag("--no-cursors", "Tell nobody where one's cursor is", &chosen->without_cursors);
  declare_editing(options, chosen->editing);
  return [chosen](const Run& run, Breaches& breaches) {
    EditingPlan plan = plan_editing("typists", chosen->editing);
    plan.documents = chosen->documents;
    plan.writers = chosen->people;
    plan.rhythm = Rhythm::human();
    plan.shows_cursors = !chosen->without_cursors;
    return edit_and_report(run, plan,
                           thousands(plan.writers) + " people in " + thousands(plan.documents) +
                               " documents of " + thousands(plan.characters) +
                               " characters, bursts of 5 keys a second, for " +
                               decimal(plan.seconds, 1) + " s after " +
                               decimal(plan.warmup_seconds, 1) + " s of warm-up",
                           breaches);
  };
}

}  // namespace

const Scenario kTypists = {"typists", "People who type at the pace of people, with cursors",
                           declare};

}  // namespace cowrite::load
