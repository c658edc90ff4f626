#include <memory>

#include "server/http/operator_json.h"
#include "tools/cli/command.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::string document;
  std::optional<std::string> author;
  bool purge = false;
};

Result<void> rm(const Arguments& arguments, OperatorContext& context) {
  const storage::DocumentKey key = context.key(arguments.document);
  Result<history::ChangeDone> done =
      context.data.remove(key, arguments.author.value_or("operator"));
  if (done && arguments.purge) done = context.data.purge(key);
  if (!done) return done.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::change_json(*done));
    return {};
  }
  const std::string what = arguments.purge ? "erased"
                           : done->changed ? "deleted"
                                           : "deleted before";
  context.output.line(printable(key) + ": " + what + ", version " + std::to_string(done->version));
  return {};
}

OperatorRun declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  options.flag("--purge", "Erase its text and history for good", &arguments->purge);
  options.option("--author", "NAME", "Whom the history names for it (default operator)",
                 &arguments->author);
  return [arguments](OperatorContext& context) { return rm(*arguments, context); };
}

}  // namespace

extern const Command kRm;
const Command kRm = {
    "rm", "Delete a document; with --purge erase it for good",
    "Deleting is a record like any other: whoever has the document open sees it go, its history\n"
    "stays, and cowrite restore brings it back.\n"
    "--purge then erases every text and record that it ever had, from the disk too, for which all\n"
    "files are rewritten; nothing brings that back but a backup, where it still is. Its name and "
    "its\n"
    "count of versions stay, so that nobody's copy of before is taken for the newest. If the\n"
    "rewriting is interrupted, rm --purge again finishes it.\n"
    "With --json: one object, {\"version\",\"changed\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite --server http://127.0.0.1:8080 --data ./data rm notes\n"
    "  cowrite --data ./data rm notes --purge\n",
    declare};

}  // namespace cowrite::cli
