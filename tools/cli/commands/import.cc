#include <algorithm>
#include <filesystem>
#include <memory>

#include "ot/base/utf8.h"
#include "server/history/import_check.h"
#include "storage/errors.h"
#include "storage/limits.h"
#include "storage/random_id.h"
#include "tools/cli/command.h"
#include "tools/cli/document_file.h"
#include "tools/cli/history_file.h"
#include "tools/cli/printable.h"
#include "tools/cli/table.h"

namespace cowrite::cli {
namespace {

constexpr std::string_view kHistoryEnding = ".jsonl";

// A large text comes as several records, each of which fits into one request.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

// Every line break may be two bytes in the file.
constexpr std::size_t kFileBytesMax = 2 * storage::kDocumentBytesMax;

struct Arguments {
  std::vector<std::string> files;
  std::optional<std::string> as;
  std::optional<std::string> author;
  bool text = false;
};

// What there is of a document: nothing, or its newest version.
Result<std::optional<storage::DocumentInfo>> find(const storage::DocumentKey& key,
                                                  OperatorContext& context) {
  const Result<DocumentSource*> source = context.data.source();
  if (!source) return source.error();
  Result<storage::DocumentInfo> info = (*source)->info(key);
  if (info) return std::optional(std::move(*info));
  if (info.error().code != history::kErrDocumentUnknown) return info.error();
  return std::optional<storage::DocumentInfo>();
}

Error exists_already(const storage::DocumentKey& key) {
  return {storage::kErrConflict,
          storage::describe(key) + ": it exists already, with another history"};
}

// ---- Texts

Result<std::string> read_text_file(const std::string& path) {
  Result<std::string> bytes = read_file(path, kFileBytesMax);
  if (bytes && !ot::utf8::is_valid(*bytes)) {
    return Error{kErrFile, path + ": it is not a text in UTF-8"};
  }
  return bytes;
}

// A document of a text, as records that follow a version.
std::vector<storage::Record> text_records(std::string_view text, storage::Record next) {
  std::vector<storage::Record> records;
  std::uint64_t length = 0;
  do {
    const std::string_view piece =
        text.substr(0, ot::utf8::floor_boundary(text, std::min(text.size(), kPieceBytes)));
    ot::OperationBuilder append;
    append.retain(length).insert(piece);
    if (records.empty()) {
      next.change = storage::Create{std::string(piece)};
    } else {
      next.change = storage::Edit{std::move(append).build()};
    }
    records.push_back(next);
    next.version += 1;
    next.sequence += 1;
    length += ot::utf8::count_code_points(piece);
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return records;
}

Result<std::uint64_t> import_text(const std::string& path, const storage::DocumentKey& key,
                                  const Arguments& arguments, OperatorContext& context) {
  Result<std::string> text = read_text_file(path);
  if (!text) return text.error();
  const Result<std::optional<storage::DocumentInfo>> info = find(key, context);
  if (!info) return info.error();
  if (*info && (*info)->exists) return exists_already(key);
  const bool crlf = is_all_crlf(*text);
  if (crlf) text = from_crlf(*text);
  storage::Record first;
  first.version = *info ? (*info)->version : 0;
  first.source = (crlf ? std::string(kCrlfSource) : std::string()) + storage::random_hex(32);
  first.sequence = 1;
  first.author = arguments.author.value_or("operator");
  first.time_ms = std::max(context.now_ms, *info ? (*info)->changed_ms : 0);
  const Result<history::ChangeDone> done = context.data.append(key, text_records(*text, first));
  return done ? Result<std::uint64_t>(done->version) : done.error();
}

// ---- Histories

// Whether the document's history is the beginning of the file's: of an import that was interrupted.
Result<bool> begins(HistoryFile& file, const storage::DocumentInfo& info, OperatorContext& context,
                    std::vector<storage::Record>& rest) {
  const Result<DocumentSource*> source = context.data.source();
  if (!source) return source.error();
  std::vector<storage::Record> there;
  for (std::uint64_t version = 0; version < info.version;) {
    Result<std::vector<storage::Record>> records = file.next();
    if (!records) return records.error();
    if (records->empty()) return false;
    for (storage::Record& record : *records) {
      if (version == info.version) {
        rest.push_back(std::move(record));
        continue;
      }
      if (there.empty()) {
        Result<history::RecordPage> page =
            (*source)->records(info.key, {version + 1, info.version});
        if (!page) return page.error();
        there = std::move(page->records);
        std::reverse(there.begin(), there.end());
      }
      if (there.empty() || there.back() != record) return false;
      there.pop_back();
      version += 1;
    }
  }
  return true;
}

Result<std::uint64_t> import_history(const std::string& path, const storage::DocumentKey& key,
                                     OperatorContext& context) {
  Result<HistoryFile> file = HistoryFile::open(path);
  if (!file) return file.error();
  const Result<std::optional<storage::DocumentInfo>> info = find(key, context);
  if (!info) return info.error();
  std::vector<storage::Record> records;
  if (*info) {
    const bool shorter = (*info)->erased == 0 && (*info)->version < file->header().records;
    const Result<bool> continued =
        shorter ? begins(*file, **info, context, records) : Result<bool>(false);
    if (!continued) return continued.error();
    if (!*continued) return exists_already(key);
  }
  std::uint64_t version = *info ? (*info)->version : 0;
  while (true) {
    if (!records.empty()) {
      const Result<history::ChangeDone> added = context.data.append(key, records);
      if (!added) return added.error();
      version = added->version;
    }
    Result<std::vector<storage::Record>> next = file->next();
    if (!next) return next.error();
    if (next->empty()) return version;
    records = std::move(*next);
  }
}

// ---- Both

bool is_history(const std::string& path, const Arguments& arguments) {
  return !arguments.text && path.ends_with(kHistoryEnding);
}

Result<storage::DocumentKey> key_for(const std::string& path, const Arguments& arguments,
                                     OperatorContext& context) {
  storage::DocumentKey key =
      context.key(document_of(std::filesystem::path(path).filename().string()));
  if (is_history(path, arguments)) {
    const Result<HistoryFile> file = HistoryFile::open(path);
    if (!file) return file.error();
    key = file->header().key;
  }
  if (arguments.as) key = {key.collection(), *arguments.as};
  for (const std::string* name : {&key.collection(), &key.id()}) {
    if (!history::is_name(*name)) {
      return Error{kErrFile, path + ": \"" + *name + "\" cannot be a document's name"};
    }
  }
  return key;
}

Result<void> import_one(const std::string& path, const Arguments& arguments,
                        OperatorContext& context, Table& table) {
  const Result<storage::DocumentKey> key = key_for(path, arguments, context);
  if (!key) return key.error();
  const Result<std::uint64_t> version = is_history(path, arguments)
                                            ? import_history(path, *key, context)
                                            : import_text(path, *key, arguments, context);
  if (!version) return version.error();
  table.add({{std::to_string(*version), Paint::kVersion}, {printable(*key)}});
  return {};
}

Result<void> import(const Arguments& arguments, OperatorContext& context) {
  if (arguments.as && arguments.files.size() > 1) {
    return Error{kErrUsage, "--as names one document, and there are several files"};
  }
  // Nothing is begun that could not be finished.
  for (const std::string& path : arguments.files) {
    Result<void> valid = is_history(path, arguments) ? check_history_file(path) : [&] {
      const Result<std::string> text = read_text_file(path);
      return text ? Result<void>() : text.error();
    }();
    if (!valid) return valid;
  }
  Table table(context.output, {{"VERSION", Align::kRight, 8}, {"DOCUMENT"}});
  Result<void> done;
  for (const std::string& path : arguments.files) {
    done = import_one(path, arguments, context, table);
    if (!done) break;
  }
  table.print();
  return done;
}

OperatorRun declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("FILE", "Texts, and histories whose names end with .jsonl", &arguments->files);
  options.option("--as", "NAME", "The document's name; else that of the file", &arguments->as);
  options.option("--author", "NAME", "Whom the history names for texts (default operator)",
                 &arguments->author);
  options.flag("--text", "Files that end with .jsonl are texts, too", &arguments->text);
  return [arguments](OperatorContext& context) { return import(*arguments, context); };
}

}  // namespace

extern const Command kImport;
const Command kImport = {"import", "Make documents of files: of texts, or of complete histories",
                         "A text becomes a new document of the file's name, %XX read back as "
                         "cowrite export writes it. It\n"
                         "must be UTF-8. If all its line breaks are CRLF they become LF, as the "
                         "web editor has them, and\n"
                         "the document's first source, \"import-crlf-...\", remembers it for "
                         "cowrite export (of a document\n"
                         "that was deleted before, only if it was erased, too); mixed line endings "
                         "stay as they are. A text\n"
                         "of more than 1 MiB is several records.\n"
                         "A history (cowrite export --history) becomes the identical document, "
                         "with its collection, name,\n"
                         "versions, sources, authors and times. Every line is checked before the "
                         "first is written. If it\n"
                         "is interrupted, importing the file again goes on where it ended.\n"
                         "Documents that exist are left alone: then it ends with status 1.\n"
                         "\n"
                         "Examples:\n"
                         "  cowrite --server http://127.0.0.1:8080 --data ./data import *.md\n"
                         "  cowrite --data ./data import notes.jsonl --as notes-of-2025\n"
                         "  cowrite --data ./data import --text events.jsonl\n",
                         declare};

}  // namespace cowrite::cli
