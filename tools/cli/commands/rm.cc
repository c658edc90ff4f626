#include <memory>

#include "storage/errors.h"
#include "tools/cli/change.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::vector<std::string> documents;
  std::optional<std::string> author;
  bool purge = false;
};

// Deletes it only if it can be erased then: not while the disk is low.
Result<history::ChangeDone> purge(OperatorContext& context, const storage::DocumentKey& key,
                                  const std::string& author) {
  Result<history::ChangeDone> done = context.data.purge(key);
  if (done || done.error().code != storage::kErrConflict) return done;
  done = context.data.remove(key, author);
  if (!done) return done;
  done = context.data.purge(key);
  if (done) return done;
  return Error{done.error().code,
               storage::describe(key) + ": deleted, but not erased: " + done.error().message};
}

Result<void> rm(const Arguments& arguments, OperatorContext& context) {
  if (Result<void> valid = check_author(arguments.author); !valid) return valid;
  const auto change = [&](const storage::DocumentKey& key) -> Result<ChangedDocument> {
    const std::string author = arguments.author.value_or(std::string(kOperatorName));
    const Result<history::ChangeDone> done =
        arguments.purge ? purge(context, key, author) : context.data.remove(key, author);
    if (!done) return done.error();
    return ChangedDocument{key, *done};
  };
  const auto name = [&](const history::ChangeDone& done) -> std::string {
    if (arguments.purge) return "erased, version ";
    return done.changed ? "deleted, version " : "deleted before, version ";
  };
  return change_documents(arguments.documents, arguments.purge ? "erased" : "deleted", context,
                          change, name);
}

OperatorRun declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The documents' names", &arguments->documents);
  options.flag("--purge", "Erase its text and history for good", &arguments->purge);
  options.option("--author", "NAME", "Whom the history names for it (default operator)",
                 &arguments->author);
  return [arguments](OperatorContext& context) { return rm(*arguments, context); };
}

}  // namespace

extern const Command kRm;
const Command kRm = {
    "rm", "Delete documents; with --purge erase them for good",
    "Deleting is a record like any other: whoever has the document open sees it go, its history\n"
    "stays, and cowrite restore brings it back.\n"
    "--purge then erases every text and record that it ever had, from the disk too, for which all\n"
    "files are rewritten; nothing brings that back but a backup, where it still is. Its name and "
    "its\n"
    "count of versions stay, so that nobody's copy of before is taken for the newest. If the\n"
    "rewriting is interrupted, rm --purge again finishes it.\n"
    "Of several documents, those that cannot be deleted are named, and the others are deleted.\n"
    "With --json: one object a line, {\"collection\",\"id\",\"version\",\"changed\"}, or with "
    "\"error\".\n"
    "\n"
    "Examples:\n"
    "  cowrite --server http://127.0.0.1:8080 --data ./data rm notes\n"
    "  cowrite --data ./data rm notes plans --purge\n",
    declare};

}  // namespace cowrite::cli
