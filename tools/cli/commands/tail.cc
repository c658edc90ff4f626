#include <algorithm>
#include <limits>
#include <memory>

#include "tools/cli/command.h"
#include "tools/cli/range_arguments.h"
#include "tools/cli/record_printer.h"

namespace cowrite::cli {
namespace {

constexpr std::uint64_t kRecordsDefault = 10;

struct Arguments {
  std::string document;
  RangeArguments range;
  std::optional<std::uint64_t> limit;
};

// An error after which somebody may want to go on where it ended.
Error interrupted(Error error, std::uint64_t next, std::uint64_t begin) {
  if (next > begin) error.message += "; to go on later: --from " + std::to_string(next);
  return error;
}

Result<void> tail(const Arguments& arguments, Context& context) {
  if (arguments.range.from && arguments.limit) {
    return Error{kErrUsage, "--from and --limit both say where to begin"};
  }
  if (Result<void> checked = arguments.range.check(); !checked) return checked;
  const storage::DocumentKey key = context.key(arguments.document);
  const Result<storage::DocumentInfo> info = context.data.info(key);
  if (!info) return info.error();
  if (arguments.range.from && *arguments.range.from > info->version + 1) {
    return history::version_unknown(*info, *arguments.range.from);
  }
  history::VersionRange range;
  const std::uint64_t count =
      std::min(arguments.limit.value_or(kRecordsDefault), info->version - info->erased);
  range.first =
      std::max<std::uint64_t>(arguments.range.from.value_or(info->version + 1 - count), 1);
  range.last = arguments.range.to.value_or(std::numeric_limits<std::uint64_t>::max());
  const std::uint64_t begin = range.first;
  RecordPrinter printer(context, Times::kExact);
  while (range.first <= range.last) {
    const Result<history::RecordPage> page = context.data.next_records(key, range);
    if (!page) return interrupted(page.error(), range.first, begin);
    printer.print(page->records);
    range.first += page->records.size();
    if (Result<void> flushed = context.output.flush(); !flushed) return flushed;
  }
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  arguments->range.declare(options);
  options.option("-n,--limit", "N", "Begin with the newest N records (default 10)",
                 &arguments->limit);
  return [arguments](Context& context) { return tail(*arguments, context); };
}

}  // namespace

extern const Command kTail;
const Command kTail = {
    "tail", "Follow a document of a running server: show each record when it is committed",
    "Lines as of cowrite log, until it is interrupted or --to is reached. What was shown is on "
    "the\n"
    "server's disk. To go on where it ended, pass --from with the version after the last line.\n"
    "With --json: one object a line, as of cowrite log --json.\n"
    "\n"
    "Examples:\n"
    "  cowrite tail notes\n"
    "  cowrite tail notes --from 120 --json | jq -r .author\n",
    declare};

}  // namespace cowrite::cli
