#include <iterator>
#include <memory>
#include <utility>

#include "server/http/json.h"
#include "tools/cli/command.h"
#include "tools/cli/human.h"
#include "tools/cli/outcomes.h"
#include "tools/cli/printable.h"
#include "tools/cli/table.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::string prefix;
  bool all = false;
};

std::vector<Cell> row(const storage::DocumentInfo& info, const Context& context) {
  const bool person = context.output.for_person();
  return {
      {std::to_string(info.version), Paint::kVersion},
      {info.exists ? (person ? human_bytes(info.bytes) : std::to_string(info.bytes)) : "deleted"},
      time_cell(context.output, info.changed_ms, context.now_ms),
      {printable(info.key.id()), info.exists ? Paint::kPlain : Paint::kFaint}};
}

Result<void> name_damaged(const std::vector<history::ListFailure>& damaged, std::size_t listed,
                          const Context& context) {
  Outcomes outcomes(context, "documents", "listed", listed + damaged.size());
  outcomes.skip(listed);
  for (const auto& [key, error] : damaged) outcomes.fail({key}, error);
  return outcomes.conclude();
}

Result<void> ls(const Arguments& arguments, Context& context) {
  Table table(context.output,
              {{"VERSION", Align::kRight, 8}, {"SIZE", Align::kRight, 8}, {"CHANGED"}, {"NAME"}});
  std::size_t listed = 0;
  std::vector<history::ListFailure> damaged;
  std::optional<std::string> after;
  do {
    Result<history::DocumentPage> page =
        context.data.list(context.collection, arguments.prefix, after);
    if (!page) return page.error();
    for (const storage::DocumentInfo& info : page->documents) {
      if (!info.exists && !arguments.all) continue;
      if (context.format == Format::kJson) {
        context.output.json_line(http::document_json(info));
      } else {
        table.add(row(info, context));
      }
    }
    table.print();
    listed += page->documents.size();
    std::move(page->damaged.begin(), page->damaged.end(), std::back_inserter(damaged));
    after = page->next;
  } while (after);
  return damaged.empty() ? Result<void>() : name_damaged(damaged, listed, context);
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.optional("PREFIX", "Only documents whose names begin with it", &arguments->prefix);
  options.flag("-a,--all", "Deleted documents too", &arguments->all);
  return [arguments](Context& context) { return ls(*arguments, context); };
}

}  // namespace

extern const Command kLs;
const Command kLs = {
    "ls", "List documents: version, size, last change and name",
    "Sorted by name. When piped, sizes are in bytes and times in UTC. Documents whose entries are\n"
    "damaged are named on standard error, after the others, and the status is 1.\n"
    "With --json: one object a line, "
    "{\"collection\",\"id\",\"version\",\"exists\",\"bytes\",\"created\",\"changed\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite ls\n"
    "  cowrite ls meeting-\n"
    "  cowrite --data /var/lib/cowrite ls --json | jq -r .id\n",
    declare};

}  // namespace cowrite::cli
