#include <memory>

#include "storage/document_name.h"
#include "storage/store/data_folder.h"
#include "storage/store/format_version.h"
#include "tools/cli/change.h"
#include "tools/cli/complaint.h"
#include "tools/cli/outcomes.h"
#include "tools/cli/progress_bar.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::vector<std::string> documents;
  storage::VersionSelector at;
  std::optional<std::string> as;
  std::optional<std::string> author;
  std::optional<std::string> backups;
  bool skip_damaged = false;
};

Result<void> restore_all(const Arguments& arguments, OperatorContext& context) {
  if (!arguments.documents.empty() || arguments.as || arguments.author ||
      !std::holds_alternative<storage::Newest>(arguments.at)) {
    return Error{kErrUsage,
                 "--from restores all documents; it goes with nothing but --data DIR and "
                 "--skip-damaged"};
  }
  if (const Result<void> named = storage::check_folder_name(*arguments.backups); !named) {
    return Error{kErrUsage, "--from: " + named.error().message};
  }
  ProgressBar bar;
  const Result<storage::RestoredBackup> restored =
      context.data.restore_all(*arguments.backups,
                               arguments.skip_damaged ? storage::DamagedDocuments::kLeftOut
                                                      : storage::DamagedDocuments::kRefused,
                               [&](std::uint64_t bytes, std::uint64_t bytes_max) {
                                 bar.show(bytes, bytes_max, "restoring");
                               });
  bar.wipe();
  if (!restored) return restored.error();
  if (restored->upgraded_from) {
    notify(storage::describe_upgrade(*restored->upgraded_from), context.error_paint);
  }
  for (const auto& [key, error] : restored->left_out) {
    if (context.format == Format::kJson) {
      context.output.json_line(failure_json({.key = key}, error));
    } else {
      complain(error, context.error_paint);
    }
  }
  if (restored->left_out.empty()) {
    if (context.format == Format::kText) context.output.line("restored all documents");
    return {};
  }
  return Error{kErrLeftOut,
               "restored all documents but those named, which are damaged in the backup"};
}

Result<void> check_usage(const Arguments& arguments, const OperatorContext& context) {
  if (arguments.documents.empty()) {
    return Error{kErrUsage, "what is restored: documents DOC, or all with --from BACKUPS"};
  }
  if (std::holds_alternative<storage::Newest>(arguments.at)) {
    return Error{kErrUsage, "--at must say which version or time of it"};
  }
  if (arguments.skip_damaged) {
    return Error{kErrUsage, "--skip-damaged is of a backup, and goes with --from"};
  }
  if (arguments.as && arguments.documents.size() > 1) {
    return Error{kErrUsage, "--as names one document, and several are restored"};
  }
  if (arguments.as) {
    if (const auto problem = storage::problem_of_new_document(context.key(*arguments.as))) {
      return Error{kErrUsage, "--as: a document's name " + *problem};
    }
  }
  return check_author(arguments.author);
}

Result<void> restore(const Arguments& arguments, OperatorContext& context) {
  if (arguments.backups) return restore_all(arguments, context);
  if (Result<void> usage = check_usage(arguments, context); !usage) return usage;
  const auto change = [&](const storage::DocumentKey& key) -> Result<ChangedDocument> {
    const Result<history::ChangeDone> done = context.data.restore(
        key, arguments.at, arguments.as, arguments.author.value_or(std::string(kOperatorName)));
    if (!done) return done.error();
    return ChangedDocument{arguments.as ? context.key(*arguments.as) : key, *done};
  };
  const auto name = [](const history::ChangeDone& done) -> std::string {
    return done.changed ? "restored as version " : "has that text already, version ";
  };
  return change_documents(arguments.documents, "restored", context, change, name);
}

OperatorRun declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.optional("DOC", "The documents' names", &arguments->documents);
  options.option("--at", "VERSION|TIME", "The text as it was then", &arguments->at);
  options.option("--as", "NAME", "Make it a new document of this name", &arguments->as);
  options.option("--author", "NAME", "Whom the history names for it (default operator)",
                 &arguments->author);
  options.option("--from", "BACKUPS", "Make the data folder of the newest backup there",
                 &arguments->backups);
  options.flag("--skip-damaged", "With --from: leave out documents that the backup has damaged",
               &arguments->skip_damaged);
  return [arguments](OperatorContext& context) { return restore(*arguments, context); };
}

}  // namespace

extern const Command kRestore;
const Command kRestore = {
    "restore", "Bring back a text of a document's past, or all documents from a backup",
    "cowrite restore DOC --at VERSION is a new edit, which replaces as little of the text as it "
    "can, so\n"
    "that cowrite blame goes on naming who wrote the lines and words that stay. Whoever has the "
    "document\n"
    "open sees it happen, the versions since stay in the history, and a deleted document exists "
    "again.\n"
    "With --as the document stays as it is, and another is made.\n"
    "cowrite --data DIR restore --from BACKUPS makes a data folder, which cowrite-server then "
    "serves. DIR\n"
    "must hold nothing, and holds nothing afterwards if it fails; interrupted, it is begun anew by "
    "the\n"
    "next try. A damaged file of the backup is named; what was damaged when it was made, cowrite "
    "verify\n"
    "finds. With --skip-damaged all documents are restored that can be proved, the others are\n"
    "named, and it ends with status 1. The histories have a new id: "
    "clients\n"
    "that have seen more than the backup has are told so, and keep their text. Of one document in "
    "a\n"
    "backup the text is cowrite --data BACKUPS cat DOC, and the history\n"
    "cowrite --data BACKUPS export --history DOC.\n"
    "With --json: one object a line, {\"collection\",\"id\",\"version\",\"changed\"}, or with "
    "\"error\".\n"
    "\n"
    "Examples:\n"
    "  cowrite --server http://127.0.0.1:8080 --data ./data restore notes --at 12\n"
    "  cowrite --data ./data restore notes --at 2026-11-20T08:00:00Z --as notes-of-morning\n"
    "  cowrite --data ./new-data restore --from /backups/cowrite\n",
    declare};

}  // namespace cowrite::cli
