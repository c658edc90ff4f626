#include <memory>

#include "server/http/json.h"
#include "server/http/operator_json.h"
#include "storage/errors.h"
#include "tools/cli/choose_documents.h"
#include "tools/cli/command.h"
#include "tools/cli/document_file.h"
#include "tools/cli/printable.h"
#include "tools/cli/table.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::vector<std::string> documents;
  std::optional<std::string> folder;
  storage::VersionSelector at;
  bool history = false;
  bool lf = false;
  bool force = false;
};

// The documents that are asked for; if none is named, all of the collection that have something to
// export.
Result<std::vector<storage::DocumentInfo>> choose(const Arguments& arguments, Context& context) {
  auto documents = choose_documents(context, arguments.documents, AllOf::kCollection);
  if (documents && arguments.documents.empty()) {
    std::erase_if(*documents, [&](const storage::DocumentInfo& info) {
      return arguments.history ? info.erased == info.version : !info.exists;
    });
  }
  return documents;
}

// Whether the document was imported from a file with CRLF.
Result<bool> had_crlf(const storage::DocumentInfo& info, Context& context) {
  const std::uint64_t first = info.erased + 1;
  if (first > info.version) return false;
  const Result<history::RecordPage> page = context.data.records(info.key, {first, first});
  if (!page) return page.error();
  return !page->records.empty() && page->records.front().source.starts_with(kCrlfSource);
}

Result<std::string> text_of(const storage::DocumentInfo& info, const Arguments& arguments,
                            Context& context) {
  Result<history::VersionText> text = context.data.text(info.key, arguments.at);
  if (!text) return text.error();
  const bool plain =
      text->text.find('\r') == std::string::npos && text->text.find('\n') != std::string::npos;
  if (arguments.lf || !plain) return std::move(text->text);
  const Result<bool> crlf = had_crlf(info, context);
  if (!crlf) return crlf.error();
  return *crlf ? to_crlf(text->text) : std::move(text->text);
}

Result<void> write_text(const storage::DocumentInfo& info, const Arguments& arguments,
                        NewFile& file, Context& context) {
  const Result<std::string> text = text_of(info, arguments, context);
  return text ? file.write(*text) : text.error();
}

Result<void> write_history(const storage::DocumentInfo& info, NewFile& file, Context& context) {
  if (info.erased > 0) {
    return Error{storage::kErrErased, storage::describe(info.key) +
                                          ": its history before version " +
                                          std::to_string(info.erased) + " was erased"};
  }
  Result<void> written = file.write(http::history_header_json({info.key, info.version}) + "\n");
  history::VersionRange range{1, info.version};
  while (written && range.first <= range.last) {
    const Result<history::RecordPage> page = context.data.records(info.key, range);
    if (!page) return page.error();
    std::string lines;
    for (const storage::Record& record : page->records) lines += http::record_json(record) + "\n";
    written = file.write(lines);
    range.first = page->next.value_or(range.last + 1);
  }
  return written;
}

Result<void> export_one(const storage::DocumentInfo& info, const Arguments& arguments,
                        Context& context, Table& table) {
  const std::string path =
      *arguments.folder + "/" + file_name_of(info.key.id()) + (arguments.history ? ".jsonl" : "");
  Result<NewFile> file = NewFile::begin(path);
  if (!file) return file.error();
  Result<void> written = arguments.history ? write_history(info, *file, context)
                                           : write_text(info, arguments, *file, context);
  if (written) written = file->finish(arguments.force ? Existing::kReplace : Existing::kRefuse);
  if (!written) return written;
  table.add({{std::to_string(file->bytes())}, {printable(path)}});
  return {};
}

Result<void> run_export(const Arguments& arguments, Context& context) {
  if (!arguments.folder) return Error{kErrUsage, "-o DIR must say where the files go"};
  if (arguments.history && !std::holds_alternative<storage::Newest>(arguments.at)) {
    return Error{kErrUsage, "--history is of all versions, --at of one"};
  }
  const Result<std::vector<storage::DocumentInfo>> documents = choose(arguments, context);
  if (!documents) return documents.error();
  if (Result<void> made = make_folder(*arguments.folder); !made) return made;
  Table table(context.output, {{"SIZE", Align::kRight, 8}, {"FILE"}});
  Result<void> done;
  for (const storage::DocumentInfo& info : *documents) {
    done = export_one(info, arguments, context, table);
    if (!done) break;
  }
  table.print();
  return done;
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.optional("DOC", "The documents' names; all of the collection if absent",
                   &arguments->documents);
  options.option("-o,--output", "DIR", "The folder for the files, made if need be",
                 &arguments->folder);
  options.option("--at", "VERSION|TIME", "The texts as they were then", &arguments->at);
  options.flag("--history", "Complete histories as JSON lines, instead of texts",
               &arguments->history);
  options.flag("--lf", "Line endings as in the documents, also of those imported with CRLF",
               &arguments->lf);
  options.flag("-f,--force", "Replace files that are there", &arguments->force);
  return [arguments](Context& context) { return run_export(*arguments, context); };
}

}  // namespace

extern const Command kExport;
const Command kExport = {
    "export", "Write documents to files: their texts, or their complete histories",
    "One file for each, named like the document, with what file systems take amiss as %XX: a/b is\n"
    "a%2Fb; a name too long for a file is cut and told apart by a hash. Texts are the exact "
    "bytes;\n"
    "only a document that was imported from a file with CRLF gets CRLF again, unless it holds a "
    "CR\n"
    "itself by now.\n"
    "--history writes NAME.jsonl: a header with the document's name and count of records, then "
    "each\n"
    "record as cowrite log --json has it. cowrite import makes the identical document of it.\n"
    "\n"
    "Examples:\n"
    "  cowrite export -o texts\n"
    "  cowrite export notes plans -o . --force\n"
    "  cowrite --data /backups/cowrite export notes --history -o .\n",
    declare};

}  // namespace cowrite::cli
