#include <memory>

#include "server/history/import_check.h"
#include "server/http/operator_json.h"
#include "storage/limits.h"
#include "tools/cli/command.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::optional<std::string> document;
  storage::VersionSelector at;
  std::optional<std::string> as;
  std::optional<std::string> author;
  std::optional<std::string> backups;
};

Result<void> restore_all(const Arguments& arguments, OperatorContext& context) {
  if (arguments.document || arguments.as || arguments.author ||
      !std::holds_alternative<storage::Newest>(arguments.at)) {
    return Error{kErrUsage, "--from restores all documents; it goes with nothing but --data DIR"};
  }
  if (Result<void> restored = context.data.restore_all(*arguments.backups); !restored) {
    return restored;
  }
  if (context.format == Format::kText) context.output.line("restored all documents");
  return {};
}

Result<void> restore(const Arguments& arguments, OperatorContext& context) {
  if (arguments.backups) return restore_all(arguments, context);
  if (!arguments.document) {
    return Error{kErrUsage, "what is restored: a document DOC, or all with --from BACKUPS"};
  }
  if (std::holds_alternative<storage::Newest>(arguments.at)) {
    return Error{kErrUsage, "--at must say which version or time of it"};
  }
  if (arguments.as && !history::is_name(*arguments.as)) {
    return Error{kErrUsage,
                 "--as must be a name of 1 to " + std::to_string(storage::kIdBytesMax) + " bytes"};
  }
  const storage::DocumentKey key = context.key(*arguments.document);
  const Result<history::ChangeDone> done =
      context.data.restore(key, arguments.at, arguments.as, arguments.author.value_or("operator"));
  if (!done) return done.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::change_json(*done));
    return {};
  }
  const std::string name = printable(arguments.as ? context.key(*arguments.as) : key);
  context.output.line(
      name + (done->changed ? ": restored as version " : ": has that text already, version ") +
      std::to_string(done->version));
  return {};
}

OperatorRun declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.optional("DOC", "The document's name", &arguments->document);
  options.option("--at", "VERSION|TIME", "The text as it was then", &arguments->at);
  options.option("--as", "NAME", "Make it a new document of this name", &arguments->as);
  options.option("--author", "NAME", "Whom the history names for it (default operator)",
                 &arguments->author);
  options.option("--from", "BACKUPS", "Make the data folder of the newest backup there",
                 &arguments->backups);
  return [arguments](OperatorContext& context) { return restore(*arguments, context); };
}

}  // namespace

extern const Command kRestore;
const Command kRestore = {
    "restore", "Bring back a text of a document's past, or all documents from a backup",
    "cowrite restore DOC --at VERSION is a new edit, which replaces as little of the text as it "
    "can:\n"
    "whoever has the document open sees it happen, the versions since stay in the history, and a\n"
    "deleted document exists again. With --as the document stays as it is, and another is made.\n"
    "cowrite --data DIR restore --from BACKUPS makes a data folder, which cowrite-server then\n"
    "serves; DIR must hold nothing. Its histories have a new id: clients that have seen more than\n"
    "the backup has are told so, and keep their text. Of one document in a backup the text is\n"
    "cowrite --data BACKUPS cat DOC, and the history cowrite --data BACKUPS export --history DOC.\n"
    "With --json: one object, {\"version\",\"changed\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite --server http://127.0.0.1:8080 --data ./data restore notes --at 12\n"
    "  cowrite --data ./data restore notes --at 2026-11-20T08:00:00Z --as notes-of-morning\n"
    "  cowrite --data ./new-data restore --from /backups/cowrite\n",
    declare};

}  // namespace cowrite::cli
