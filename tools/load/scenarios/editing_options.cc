#include "tools/load/scenarios/editing_options.h"

#include "tools/load/numbers.h"

namespace cowrite::load {

void declare_editing(Options& options, EditingOptions& target) {
  options.count("--size", "Characters of each document, about which it keeps", &target.characters,
                0);
  options.number("--seconds", "SECONDS", "How long to measure", &target.seconds);
  options.number("--warmup", "SECONDS", "How long to write before that", &target.warmup);
  options.count("--operations",
                "Instead of a time: so many keys of each writer, all measured; 0 for none",
                &target.operations, 0);
  options.number("--reconnect", "SECONDS",
                 "Cut each client's connection so often, on average; 0 for never",
                 &target.reconnect);
  options.flag("--reconnect-together", "Cut all connections at once instead, so often",
               &target.together);
}

void declare_rate(Options& options, EditingOptions& target) {
  options.number("--rate", "PER_SECOND",
                 "Keys a second of each writer, at fixed times; 0 for back to back", &target.rate);
}

EditingPlan plan_editing(const std::string& scenario, const EditingOptions& options) {
  EditingPlan plan;
  plan.scenario = scenario;
  plan.characters = options.characters;
  plan.seconds = options.seconds;
  plan.warmup_seconds = options.warmup;
  if (options.operations > 0) plan.keys = options.operations;
  if (options.reconnect > 0) plan.cuts = Cuts{options.reconnect, options.together};
  if (options.rate > 0) plan.rhythm = Rhythm::steady(options.rate);
  return plan;
}

std::string describe(const EditingOptions& options) {
  std::string words = options.rate > 0 ? decimal(options.rate, 1) + " keys a second each"
                                       : std::string("back to back");
  if (options.operations > 0) return words + ", " + thousands(options.operations) + " keys each";
  words += ", for " + decimal(options.seconds, 1) + " s after " + decimal(options.warmup, 1) +
           " s of warm-up";
  if (options.reconnect > 0) {
    words += options.together ? ", all cut together every " : ", each cut about every ";
    words += decimal(options.reconnect, 1) + " s";
  }
  return words;
}

Result<Report> edit_and_report(const Run& run, const EditingPlan& plan, const std::string& title,
                               Breaches& breaches) {
  const Result<EditingOutcome> outcome = edit(run, plan, breaches);
  if (!outcome) return outcome.error();
  Report report(plan.scenario, title);
  report_editing(report, plan, *outcome);
  return report;
}

}  // namespace cowrite::load
