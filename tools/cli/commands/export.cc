#include <algorithm>
#include <functional>
#include <memory>

#include "server/http/json.h"
#include "server/http/json_objects.h"
#include "server/http/operator_json.h"
#include "storage/errors.h"
#include "storage/store/data_folder.h"
#include "tools/cli/choose_documents.h"
#include "tools/cli/command.h"
#include "tools/cli/document_file.h"
#include "tools/cli/outcomes.h"
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
  bool all_collections = false;
};

// The documents that are asked for; if none is named, all that may have something to export.
ChosenDocuments choose(const Arguments& arguments, Context& context) {
  ChosenDocuments chosen = choose_documents(
      context, arguments.documents, arguments.all_collections ? AllOf::kStore : AllOf::kCollection);
  const bool of_now = std::holds_alternative<storage::Newest>(arguments.at);
  if (arguments.documents.empty()) {
    std::erase_if(chosen.documents, [&](const storage::DocumentInfo& info) {
      return info.erased == info.version || (of_now && !arguments.history && !info.exists);
    });
  }
  return chosen;
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

using Progress = std::function<void(std::uint64_t records)>;

Result<void> write_history(const storage::DocumentInfo& info, NewFile& file, Context& context,
                           const Progress& progress) {
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
    progress(range.first - 1);
    range.first = page->next.value_or(range.last + 1);
  }
  return written;
}

// Where a document goes. The documents of several collections would meet in one folder.
std::string folder_for(const storage::DocumentKey& key, const Arguments& arguments) {
  if (!arguments.all_collections) return *arguments.folder;
  return *arguments.folder + "/" + file_name_of(key.collection());
}

struct Exported {
  std::string path;
  std::size_t bytes = 0;
  bool changed = false;
};

Result<Exported> export_one(const storage::DocumentInfo& info, const Arguments& arguments,
                            Context& context, const Progress& progress) {
  const std::string folder = folder_for(info.key, arguments);
  if (Result<void> made = make_folder(folder); !made) return made.error();
  const std::string path =
      folder + "/" + file_name_of(info.key.id()) + (arguments.history ? ".jsonl" : "");
  Result<NewFile> file = NewFile::begin(path);
  if (!file) return file.error();
  const Result<void> written = arguments.history ? write_history(info, *file, context, progress)
                                                 : write_text(info, arguments, *file, context);
  if (!written) return written.error();
  const Result<Finished> finished =
      file->finish(arguments.force ? Existing::kReplace : Existing::kRefuse);
  if (!finished) return finished.error();
  return Exported{path, file->bytes(), *finished == Finished::kWritten};
}

std::string exported_json(const storage::DocumentKey& key, const Exported& exported) {
  protocol::JsonWriter json;
  http::write_key(json.begin_object(), key)
      .text("file", exported.path)
      .integer("bytes", exported.bytes)
      .boolean("changed", exported.changed);
  return json.end_object().take();
}

// A document that was not there at the time that is meant is no more left out than one that never
// was, unless it is named.
bool is_left_out(const Error& error, const Arguments& arguments) {
  return !arguments.documents.empty() || error.code != history::kErrDocumentAbsent;
}

Result<void> check_usage(const Arguments& arguments) {
  if (!arguments.folder) return Error{kErrUsage, "-o DIR must say where the files go"};
  if (arguments.history && !std::holds_alternative<storage::Newest>(arguments.at)) {
    return Error{kErrUsage, "--history is of all versions, --at of one"};
  }
  if (arguments.all_collections && !arguments.documents.empty()) {
    return Error{kErrUsage, "--all-collections is of all documents, and some are named"};
  }
  const Result<void> named = storage::check_folder_name(*arguments.folder);
  if (!named) return Error{kErrUsage, "-o: " + named.error().message};
  if (!storage::lies_in_data_folder(*arguments.folder)) return {};
  return Error{kErrUsage,
               "-o: folder " + *arguments.folder +
                   " lies in a data folder, where documents' files could replace its own"};
}

Result<void> run_export(const Arguments& arguments, Context& context) {
  if (Result<void> usage = check_usage(arguments); !usage) return usage;
  const ChosenDocuments chosen = choose(arguments, context);
  std::uint64_t total = 0;  // Records of histories, or texts.
  const auto size_of = [&](const storage::DocumentInfo& info) {
    return arguments.history ? info.version : 1;
  };
  for (const storage::DocumentInfo& info : chosen.documents) total += size_of(info);
  Outcomes outcomes(context, "documents", "exported", chosen.size());
  for (const auto& [key, error] : chosen.failures) outcomes.fail({key}, error);
  Table table(context.output, {{"SIZE", Align::kRight, 8}, {"FILE"}});
  std::uint64_t done = 0;
  for (const storage::DocumentInfo& info : chosen.documents) {
    if (!outcomes.goes_on()) break;
    const std::string label = printable(info.key);
    const Progress progress = [&](std::uint64_t records) {
      outcomes.show(done + std::min(records, info.version), total, label);
    };
    const Result<Exported> exported = export_one(info, arguments, context, progress);
    if (exported) {
      const std::string state = exported->changed ? "" : "  (unchanged)";
      outcomes.add(table, {{std::to_string(exported->bytes)}, {printable(exported->path) + state}},
                   exported_json(info.key, *exported));
    } else if (is_left_out(exported.error(), arguments)) {
      outcomes.fail({info.key}, exported.error());
    } else {
      outcomes.skip();
    }
    done += size_of(info);
    outcomes.show(done, total, label);
  }
  return outcomes.conclude(table);
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
  options.flag("--all-collections", "Those of all collections, each in a folder of its name",
               &arguments->all_collections);
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
    "A document that cannot be exported, a damaged one say, is named, and the others are written. "
    "Then\n"
    "it ends with status 1. A file that has the same bytes already stays as it is, so an export "
    "that was\n"
    "interrupted can be repeated.\n"
    "With --json: one object a line, {\"collection\",\"id\",\"file\",\"bytes\",\"changed\"}, or "
    "with\n"
    "\"error\" {\"collection\",\"id\",\"error\":{\"code\",\"message\"}}.\n"
    "\n"
    "Examples:\n"
    "  cowrite export -o texts\n"
    "  cowrite export --all-collections --history -o everything\n"
    "  cowrite export notes plans -o . --force\n"
    "  cowrite --data /backups/cowrite export notes --history -o .\n",
    declare};

}  // namespace cowrite::cli
