#include <algorithm>
#include <iterator>
#include <memory>
#include <vector>

#include "tools/cli/command.h"
#include "tools/cli/range_arguments.h"
#include "tools/cli/record_printer.h"

namespace cowrite::cli {
namespace {

// Backwards, the history is read in stretches of this many records, each forwards.
constexpr std::uint64_t kStretchRecords = 1'000;

struct Arguments {
  std::string document;
  RangeArguments range;
  std::optional<std::uint64_t> limit;
  bool reverse = false;
};

// The versions that are asked for. A limit takes the newest of them, or the first after --from.
// What was erased is left out, unless it is asked for.
history::VersionRange choose(const Arguments& arguments, const storage::DocumentInfo& info) {
  const std::uint64_t newest = info.version;
  history::VersionRange range;
  range.first = std::max<std::uint64_t>(arguments.range.from.value_or(info.erased + 1), 1);
  range.last = std::min(arguments.range.to.value_or(newest), newest);
  if (!arguments.limit || range.first > range.last) return range;
  const std::uint64_t count = std::min(*arguments.limit, range.last - range.first + 1);
  if (arguments.range.from) {
    range.last = range.first + count - 1;
  } else {
    range.first = range.last + 1 - count;
  }
  return range;
}

// Calls take(records) for every page of a range, in order.
template <typename Take>
Result<void> read_pages(Context& context, const storage::DocumentKey& key,
                        history::VersionRange range, Take take) {
  while (range.first <= range.last) {
    Result<history::RecordPage> page = context.data.records(key, range);
    if (!page) return page.error();
    take(std::move(page->records));
    if (!page->next) break;
    range.first = *page->next;
  }
  return {};
}

Result<void> print_backwards(Context& context, const storage::DocumentKey& key,
                             history::VersionRange range) {
  RecordPrinter printer(context, Times::kAgo);
  while (range.first <= range.last) {
    const std::uint64_t count = std::min(kStretchRecords, range.last - range.first + 1);
    std::vector<storage::Record> stretch;
    Result<void> read =
        read_pages(context, key, {range.last + 1 - count, range.last},
                   [&](std::vector<storage::Record> records) {
                     std::move(records.begin(), records.end(), std::back_inserter(stretch));
                   });
    if (!read) return read;
    std::reverse(stretch.begin(), stretch.end());
    printer.print(stretch);
    range.last -= count;
  }
  return {};
}

Result<void> log(const Arguments& arguments, Context& context) {
  if (Result<void> checked = arguments.range.check(); !checked) return checked;
  const storage::DocumentKey key = context.key(arguments.document);
  const Result<storage::DocumentInfo> info = context.data.info(key);
  if (!info) return info.error();
  if (arguments.range.from && *arguments.range.from > info->version) {
    return history::version_unknown(*info, *arguments.range.from);
  }
  const history::VersionRange range = choose(arguments, *info);
  if (arguments.reverse) return print_backwards(context, key, range);
  RecordPrinter printer(context, Times::kAgo);
  return read_pages(context, key, range,
                    [&](const std::vector<storage::Record>& records) { printer.print(records); });
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  arguments->range.declare(options);
  options.option("-n,--limit", "N", "At most N lines: the newest, or with --from the first",
                 &arguments->limit);
  options.flag("-r,--reverse", "Newest first", &arguments->reverse);
  return [arguments](Context& context) { return log(*arguments, context); };
}

}  // namespace

extern const Command kLog;
const Command kLog = {
    "log", "Show a document's history: version, time, author, and what each record did",
    "Oldest first. Line N is the record that made version N: cowrite cat --at N is the text after\n"
    "it. Positions and lengths count Unicode code points. An unknown author is \"-\".\n"
    "With --json: one object a line, {\"version\",\"time\",\"author\",\"source\",\"sequence\"} and "
    "one of\n"
    "\"create\":\"text\", \"op\":[...] (as ot-text-unicode writes it) and \"del\":true.\n"
    "\n"
    "Examples:\n"
    "  cowrite log notes -n 20\n"
    "  cowrite log notes --reverse | head\n"
    "  cowrite log notes --from 100 --to 120\n"
    "  cowrite log notes --json | jq -r .author | sort | uniq -c\n",
    declare};

}  // namespace cowrite::cli
