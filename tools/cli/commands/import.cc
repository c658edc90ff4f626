#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>

#include "ot/base/utf8.h"
#include "server/history/errors.h"
#include "server/http/json_objects.h"
#include "storage/document_name.h"
#include "storage/errors.h"
#include "storage/format/sha256.h"
#include "storage/limits.h"
#include "storage/random_id.h"
#include "tools/cli/change.h"
#include "tools/cli/command.h"
#include "tools/cli/document_file.h"
#include "tools/cli/history_file.h"
#include "tools/cli/outcomes.h"
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

Error exists_already(const storage::DocumentKey& key, std::string_view how) {
  return {storage::kErrConflict,
          storage::describe(key) + ": it exists already, " + std::string(how)};
}

Error no_name(const std::string& path, const storage::DocumentKey& key,
              const std::string& problem) {
  return {history::kErrNameInvalid, path + ": \"" + key.id() +
                                        "\" cannot be a document's name, which " + problem +
                                        "; --as gives it another"};
}

// What there is of a document: nothing, or its newest version. Fails with kErrNameInvalid if it
// would have to be made and cannot have this name.
Result<std::optional<storage::DocumentInfo>> find(const storage::DocumentKey& key,
                                                  const std::string& path,
                                                  OperatorContext& context) {
  const auto problem = storage::problem_of_new_document(key);
  const Result<DocumentSource*> source = context.data.source();
  if (!source) return source.error();
  Result<storage::DocumentInfo> info = (*source)->info(key);
  if (info) return std::optional(std::move(*info));
  if (problem) return no_name(path, key, *problem);
  if (info.error().code != history::kErrDocumentUnknown) return info.error();
  return std::optional<storage::DocumentInfo>();
}

struct Imported {
  storage::DocumentKey key;
  std::uint64_t version = 0;
  bool changed = false;  // False if there was nothing to add.
};

// Told how much of a file is done.
using Progress = std::function<void(double share)>;

// ---- Texts

// A text as the document has it, and if that differs from the file by its line breaks.
struct Text {
  std::string text;
  bool crlf = false;
};

Result<Text> read_text_file(const std::string& path) {
  Result<std::string> bytes = read_file(path, kFileBytesMax);
  if (!bytes) return bytes.error();
  if (!ot::utf8::is_valid(*bytes)) return Error{kErrFile, path + ": it is not a text in UTF-8"};
  const bool crlf = is_all_crlf(*bytes);
  Text text{crlf ? from_crlf(*bytes) : *std::move(bytes), crlf};
  if (text.text.size() <= storage::kDocumentBytesMax) return text;
  return Error{kErrFile, path + ": it has " + std::to_string(text.text.size()) +
                             " bytes, and a document at most " +
                             std::to_string(storage::kDocumentBytesMax)};
}

// The sources of what is imported from this text begin like this.
std::string source_prefix(const Text& text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kHashBytes = 8;
  std::string prefix(text.crlf ? kCrlfSource : kImportSource);
  const auto hash = storage::sha256(text.text);
  for (std::size_t i = 0; i < kHashBytes; ++i) {
    prefix += kHex[hash[i] >> 4];
    prefix += kHex[hash[i] & 15];
  }
  return prefix + "-";
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

// The newest record of a document, if an import of this text made it and was interrupted after it:
// the document is then a beginning of the text.
Result<std::optional<storage::Record>> interrupted_at(const storage::DocumentInfo& info,
                                                      const std::string& there, const Text& text,
                                                      DocumentSource& source) {
  std::optional<storage::Record> newest;
  if (!text.text.starts_with(there)) return newest;
  Result<history::RecordPage> page = source.records(info.key, {info.version, info.version});
  if (!page) return page.error();
  if (page->records.size() == 1 && page->records.front().source.starts_with(source_prefix(text))) {
    newest = std::move(page->records.front());
  }
  return newest;
}

// The records that are still to be written of a text; none if the document has it.
Result<std::vector<storage::Record>> missing_records(
    const Text& text, const storage::DocumentKey& key,
    const std::optional<storage::DocumentInfo>& info, const std::string& author,
    OperatorContext& context) {
  storage::Record first;
  first.version = info ? info->version : 0;
  first.source = source_prefix(text) + storage::random_hex(16);
  first.sequence = 1;
  first.author = author;
  first.time_ms = std::max(context.now_ms, info ? info->changed_ms : 0);
  if (!info || !info->exists) return text_records(text.text, first);

  const Result<DocumentSource*> source = context.data.source();
  if (!source) return source.error();
  const Result<history::VersionText> there = (*source)->text(key, storage::Newest());
  if (!there) return there.error();
  if (there->text == text.text) return std::vector<storage::Record>();
  const Result<std::optional<storage::Record>> newest =
      interrupted_at(*info, there->text, text, **source);
  if (!newest) return newest.error();
  if (!*newest) return exists_already(key, "with another text");
  first.version = info->version - (*newest)->sequence;
  first.source = (*newest)->source;
  std::vector<storage::Record> records = text_records(text.text, first);
  const auto done =
      static_cast<std::ptrdiff_t>(std::min<std::uint64_t>((*newest)->sequence, records.size()));
  records.erase(records.begin(), records.begin() + done);
  return records;
}

Result<Imported> import_text(const std::string& path, const Arguments& arguments,
                             OperatorContext& context) {
  const Result<Text> text = read_text_file(path);
  if (!text) return text.error();
  const storage::DocumentKey key = context.key(
      arguments.as.value_or(document_of(std::filesystem::path(path).filename().string())));
  const Result<std::optional<storage::DocumentInfo>> info = find(key, path, context);
  if (!info) return info.error();
  const std::string author = arguments.author.value_or(std::string(kOperatorName));
  const Result<std::vector<storage::Record>> records =
      missing_records(*text, key, *info, author, context);
  if (!records) return records.error();
  if (records->empty()) return Imported{key, (*info)->version, false};
  const Result<history::ChangeDone> done = context.data.append(key, *records);
  return done ? Result<Imported>(Imported{key, done->version, true}) : done.error();
}

// ---- Histories

// Goes through the records of the file that the document has, which all of its must be; `rest` gets
// those after them that were read, too. Fails with kErrConflict.
Result<void> compare(HistoryFile& file, const storage::DocumentInfo& info, DocumentSource& source,
                     std::vector<storage::Record>& rest) {
  if (info.erased > 0) {
    return exists_already(
        info.key, "and its history before version " + std::to_string(info.erased) + " was erased");
  }
  const Error another = exists_already(info.key, "with another history");
  std::vector<storage::Record> there;
  for (std::uint64_t version = 0; version < info.version;) {
    Result<std::vector<storage::Record>> records = file.next();
    if (!records) return records.error();
    if (records->empty()) {
      return exists_already(info.key,
                            "and its history goes on where that of the file ends, at "
                            "version " +
                                std::to_string(version));
    }
    for (storage::Record& record : *records) {
      if (version == info.version) {
        rest.push_back(std::move(record));
        continue;
      }
      if (there.empty()) {
        Result<history::RecordPage> page = source.records(info.key, {version + 1, info.version});
        if (!page) return page.error();
        there = std::move(page->records);
        std::reverse(there.begin(), there.end());
      }
      if (there.empty() || there.back() != record) return another;
      there.pop_back();
      version += 1;
    }
  }
  return {};
}

Result<Imported> import_history(const std::string& path, const Arguments& arguments,
                                OperatorContext& context, const Progress& progress) {
  Result<HistoryFile> file = HistoryFile::open(path);
  if (!file) return file.error();
  storage::DocumentKey key = file->header().key;
  if (arguments.as) key = {key.collection(), *arguments.as};
  const Result<std::optional<storage::DocumentInfo>> info = find(key, path, context);
  if (!info) return info.error();
  const std::uint64_t there = *info ? (*info)->version : 0;
  const Result<void> valid =
      check_history_file(path, [&](const storage::Record& record) -> Result<void> {
        if (record.version < there) return {};  // It is compared, and not sent.
        return context.data.check(key, record);
      });
  if (!valid) return valid.error();
  std::vector<storage::Record> records;
  if (*info) {
    const Result<DocumentSource*> source = context.data.source();
    if (!source) return source.error();
    const Result<void> equal = compare(*file, **info, **source, records);
    if (!equal) return equal.error();
  }
  Imported imported{key, there, false};
  while (true) {
    if (!records.empty()) {
      const Result<history::ChangeDone> added = context.data.append(key, records);
      if (!added) return added.error();
      imported.version = added->version;
      imported.changed = true;
      progress(static_cast<double>(added->version) / static_cast<double>(file->header().records));
    }
    Result<std::vector<storage::Record>> next = file->next();
    if (!next) return next.error();
    if (next->empty()) return imported;
    records = std::move(*next);
  }
}

// ---- Both

bool is_history(const std::string& path, const Arguments& arguments) {
  return !arguments.text && path.ends_with(kHistoryEnding);
}

// What progress counts: bytes; one at least, so that a pipe counts, too.
std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const bool plain = std::filesystem::is_regular_file(path, error);
  return 1 + (plain ? std::filesystem::file_size(path, error) : 0);
}

std::string imported_json(const std::string& path, const Imported& imported) {
  protocol::JsonWriter json;
  http::write_key(json.begin_object().text("file", path), imported.key)
      .integer("version", imported.version)
      .boolean("changed", imported.changed);
  return json.end_object().take();
}

Result<void> import(const Arguments& arguments, OperatorContext& context) {
  if (arguments.as && arguments.files.size() > 1) {
    return Error{kErrUsage, "--as names one document, and there are several files"};
  }
  if (arguments.as) {
    if (const auto problem = storage::problem_of_name(*arguments.as)) {
      return Error{kErrUsage, "--as: a document's name " + *problem};
    }
  }
  if (Result<void> valid = check_author(arguments.author); !valid) return valid;
  if (const Result<DocumentSource*> source = context.data.source(); !source) return source.error();
  std::uint64_t total = 0;
  for (const std::string& path : arguments.files) total += size_of(path);
  Outcomes outcomes(context, "files", "imported", arguments.files.size());
  Table table(context.output, {{"VERSION", Align::kRight, 8}, {"DOCUMENT"}});
  std::uint64_t done = 0;
  for (const std::string& path : arguments.files) {
    if (!outcomes.goes_on()) break;
    const std::uint64_t size = std::min(size_of(path), total - done);
    const Progress progress = [&](double share) {
      outcomes.show(done + static_cast<std::uint64_t>(share * static_cast<double>(size)), total,
                    printable(path));
    };
    progress(0);
    const Result<Imported> imported = is_history(path, arguments)
                                          ? import_history(path, arguments, context, progress)
                                          : import_text(path, arguments, context);
    done += size;
    if (!imported) {
      outcomes.fail({.file = path}, imported.error());
      continue;
    }
    const std::string state = imported->changed ? "" : "  (unchanged)";
    outcomes.add(
        table,
        {{std::to_string(imported->version), Paint::kVersion}, {printable(imported->key) + state}},
        imported_json(path, *imported));
  }
  return outcomes.conclude(table);
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
                         "of more than 1 MiB is several records. /dev/stdin is what a pipe gives.\n"
                         "A history (cowrite export --history) becomes the identical document, "
                         "with its collection, name,\n"
                         "versions, sources, authors and times. Every line is checked before the "
                         "first is written.\n"
                         "A document that has the text or the history already is \"unchanged\". "
                         "One that has another is left\n"
                         "alone; a file that cannot be imported is named, and the others are "
                         "imported; then it ends with\n"
                         "status 1. An import that was interrupted can be repeated: it goes on "
                         "where it ended.\n"
                         "With --json: one object a line, "
                         "{\"file\",\"collection\",\"id\",\"version\",\"changed\"}, or with\n"
                         "\"error\" {\"file\",\"error\":{\"code\",\"message\"}}.\n"
                         "\n"
                         "Examples:\n"
                         "  cowrite --server http://127.0.0.1:8080 --data ./data import *.md\n"
                         "  cowrite --data ./data import notes.jsonl --as notes-of-2025\n"
                         "  cowrite --data ./data import --text events.jsonl\n"
                         "  make report | cowrite --data ./data import /dev/stdin --as report\n",
                         declare};

}  // namespace cowrite::cli
