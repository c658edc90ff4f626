#include <algorithm>
#include <limits>
#include <memory>

#include "server/history/limits.h"
#include "server/http/history_json.h"
#include "tools/cli/command.h"
#include "tools/cli/range_arguments.h"
#include "tools/cli/table.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::string document;
  RangeArguments range;
  std::optional<std::uint64_t> pause_minutes;
};

// "created +120 -4"
std::string describe(const history::VersionGroup& group, const Painter& paint) {
  std::string words;
  const auto add = [&words](const std::string& word) {
    words += (words.empty() ? "" : " ") + word;
  };
  if (group.created) add("created");
  if (group.inserted > 0) add(paint(Paint::kAdded, "+" + std::to_string(group.inserted)));
  if (group.erased > 0) add(paint(Paint::kRemoved, "-" + std::to_string(group.erased)));
  if (group.deleted) add(paint(Paint::kRemoved, "deleted"));
  return words.empty() ? "no change" : words;
}

std::vector<Cell> row(const history::VersionGroup& group, const Context& context) {
  return {{std::to_string(group.first), Paint::kVersion},
          {std::to_string(group.last), Paint::kVersion},
          time_cell(context.output, group.began_ms, context.now_ms),
          time_cell(context.output, group.ended_ms, context.now_ms),
          author_cell(group.author),
          {describe(group, context.output.paint())}};
}

Result<void> versions(const Arguments& arguments, Context& context) {
  if (Result<void> checked = arguments.range.check(); !checked) return checked;
  const std::uint64_t pause = arguments.pause_minutes.value_or(history::kPauseMinutesDefault);
  if (pause > history::kPauseMinutesMax) {
    return Error{kErrUsage,
                 "--pause is at most " + std::to_string(history::kPauseMinutesMax) + " minutes"};
  }
  const storage::DocumentKey key = context.key(arguments.document);
  Table table(context.output, {{"FIRST", Align::kRight, 8},
                               {"LAST", Align::kRight, 8},
                               {"BEGAN"},
                               {"ENDED"},
                               {"AUTHOR", Align::kLeft, 12},
                               {"CHANGE"}});
  history::VersionRange range;
  range.first = arguments.range.from.value_or(0);
  range.last = arguments.range.to.value_or(std::numeric_limits<std::uint64_t>::max());
  while (true) {
    const Result<history::GroupPage> page = context.data.version_groups(key, range, pause);
    if (!page) return page.error();
    for (const history::VersionGroup& group : page->groups) {
      if (context.format == Format::kJson) {
        context.output.json_line(http::group_json(group));
      } else {
        table.add(row(group, context));
      }
    }
    table.print();
    if (!page->next) return {};
    range.first = *page->next;
  }
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  arguments->range.declare(options);
  options.option("--pause", "MINUTES", "A longer pause begins a new group (default 10)",
                 &arguments->pause_minutes);
  return [arguments](Context& context) { return versions(*arguments, context); };
}

}  // namespace

extern const Command kVersions;
const Command kVersions = {
    "versions", "Show a document's versions in groups: what one author did without a pause",
    "A line tells of the versions FIRST to LAST, consecutive records of one author. The change is "
    "in\n"
    "Unicode code points. A group has at most 10,000 versions.\n"
    "With --json: one object a line, "
    "{\"first\",\"last\",\"began\",\"ended\",\"author\",\"inserted\",\"erased\"},\n"
    "and \"created\":true or \"deleted\":true where the document came to be or was deleted.\n"
    "\n"
    "Examples:\n"
    "  cowrite versions notes\n"
    "  cowrite versions notes --pause 60\n",
    declare};

}  // namespace cowrite::cli
