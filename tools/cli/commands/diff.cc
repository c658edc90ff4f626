#include <memory>

#include "server/history/difference.h"
#include "server/http/history_json.h"
#include "tools/cli/command.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

using history::Difference;
using history::DiffHunk;
using history::DiffLine;
using history::LineOrigin;

struct Arguments {
  std::string document;
  storage::VersionSelector from;
  storage::VersionSelector to;
};

void show_line(const DiffLine& line, Output& output) {
  std::string text = history::marked_line(line);
  const bool ends = text.ends_with('\n');
  if (ends) text.pop_back();
  const Paint paint = line.origin == LineOrigin::kAdded     ? Paint::kAdded
                      : line.origin == LineOrigin::kRemoved ? Paint::kRemoved
                                                            : Paint::kPlain;
  output.line(output.paint()(paint, printable_lines(text)));
  if (!ends) output.line(output.paint()(Paint::kFaint, "\\ No newline at end of file"));
}

// For eyes: coloured, and what a terminal would not show, a CR say, written out.
void show(const Difference& difference, Output& output) {
  if (difference.hunks.empty()) return;
  std::string header = history::diff_header(difference);
  header.pop_back();
  const std::size_t middle = header.find('\n');
  output.line(output.paint()(Paint::kTitle, printable_lines(header.substr(0, middle))));
  output.line(output.paint()(Paint::kTitle, printable_lines(header.substr(middle + 1))));
  for (const DiffHunk& hunk : difference.hunks) {
    output.line(output.paint()(Paint::kTime, history::hunk_header(hunk)));
    for (const DiffLine& line : hunk.lines) show_line(line, output);
  }
}

Result<void> diff(const Arguments& arguments, Context& context) {
  const storage::DocumentKey key = context.key(arguments.document);
  const Result<Difference> difference = history::make_difference(
      key, context.data.text(key, arguments.from), context.data.text(key, arguments.to));
  if (!difference) return difference.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::difference_json(*difference));
  } else if (context.output.for_person() || context.output.paint().colourful()) {
    show(*difference, context.output);
  } else {
    context.output.write(history::unified_diff(*difference));
  }
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  options.required("FROM", "The version or time to compare", &arguments->from);
  options.optional("TO", "The one to compare it with; the newest if absent", &arguments->to);
  return [arguments](Context& context) { return diff(*arguments, context); };
}

}  // namespace

extern const Command kDiff;
const Command kDiff = {
    "diff", "Show what changed between two versions or times of a document",
    "A unified diff. Piped it has the exact bytes, for patch(1) and git apply; on a terminal a CR "
    "is\n"
    "shown as \\r. Where the document was not there it counts as empty. Nothing is printed if the\n"
    "texts are equal; the exit status is 0 either way.\n"
    "With --json: one object, {\"collection\",\"id\",\"from\",\"to\",\"hunks\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite diff notes 12\n"
    "  cowrite diff notes 12 40\n"
    "  cowrite diff notes 2026-11-20T08:00:00Z\n"
    "  cowrite diff notes 40 12 | patch notes.txt\n",
    declare};

}  // namespace cowrite::cli
