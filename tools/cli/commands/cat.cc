#include <memory>

#include "server/http/json.h"
#include "tools/cli/command.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::string document;
  storage::VersionSelector at;
};

Result<void> cat(const Arguments& arguments, Context& context) {
  const storage::DocumentKey key = context.key(arguments.document);
  const Result<history::VersionText> text = context.data.text(key, arguments.at);
  if (!text) return text.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::text_json(key, *text));
  } else {
    context.output.write(context.output.for_person() ? printable_lines(text->text) : text->text);
  }
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  options.option("--at", "VERSION|TIME", "The text as it was then", &arguments->at);
  return [arguments](Context& context) { return cat(*arguments, context); };
}

}  // namespace

extern const Command kCat;
const Command kCat = {
    "cat", "Print a document's text, also as it once was",
    "The exact bytes, and no line break that is not in the text; only on a terminal, control\n"
    "characters other than line breaks and tabs are written out, such as \\x1b.\n"
    "--at 12 is the text after 12 records (see cowrite log). A TIME is RFC 3339, or a date that\n"
    "means its beginning in UTC; the text has all that was committed at that time or before it.\n"
    "With --json: one object, {\"collection\",\"id\",\"version\",\"time\",\"text\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite cat notes > notes.txt\n"
    "  cowrite cat notes --at 12\n"
    "  cowrite cat notes --at 2026-11-20T08:00:00+01:00\n"
    "  diff <(cowrite cat notes --at 12) <(cowrite cat notes)\n",
    declare};

}  // namespace cowrite::cli
