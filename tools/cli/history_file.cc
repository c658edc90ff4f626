#include "tools/cli/history_file.h"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "server/history/import_check.h"
#include "storage/limits.h"
#include "tools/cli/document_file.h"

namespace cowrite::cli {
namespace {

// A text of the largest size, all of it escaped, in one record.
constexpr std::size_t kLineBytesMax = 6 * storage::kDocumentBytesMax + (std::size_t{1} << 20);

// Read at a time.
constexpr std::size_t kRecordsMax = 5'000;
constexpr std::size_t kBytesMax = std::size_t{4} << 20;

}  // namespace

Result<HistoryFile> HistoryFile::open(const std::string& path) {
  if (const Result<void> plain = check_plain_file(path); !plain) return plain.error();
  std::ifstream stream(path);
  if (!stream) {
    return Error{kErrFile, "cannot read " + path + ": " + std::generic_category().message(errno)};
  }
  HistoryFile file(path, std::move(stream));
  std::string line;
  const Result<bool> read = file.read_line(line);
  if (!read) return read.error();
  Result<http::HistoryHeader> header =
      *read ? http::parse_history_header(line)
            : Result<http::HistoryHeader>(Error{history::kErrRecordInvalid, "it is empty"});
  if (!header) return file.at_line(header.error());
  file.header_ = std::move(*header);
  return file;
}

Result<std::vector<storage::Record>> HistoryFile::next() {
  std::vector<storage::Record> records;
  std::size_t bytes = 0;
  std::string line;
  while (records.size() < kRecordsMax && bytes < kBytesMax) {
    const Result<bool> read = read_line(line);
    if (!read) return read.error();
    if (!*read) break;
    bytes += line.size();
    Result<storage::Record> record = http::parse_record_line(line);
    if (!record) return at_line(record.error());
    records.push_back(std::move(*record));
  }
  records_ += records.size();
  if (records.empty() && records_ != header_.records) {
    return at_line({history::kErrRecordInvalid,
                    "the file ends after " + std::to_string(records_) + " records, of " +
                        std::to_string(header_.records) + " that its header promises"});
  }
  return records;
}

// Not std::getline(), which reads a line of any length.
Result<bool> HistoryFile::read_line(std::string& line) {
  line.clear();
  std::streambuf& bytes = *file_.rdbuf();
  if (bytes.sgetc() == std::char_traits<char>::eof()) return false;
  line_ += 1;
  for (int byte = bytes.sbumpc(); byte != std::char_traits<char>::eof(); byte = bytes.sbumpc()) {
    if (byte == '\n') return true;
    line += static_cast<char>(byte);
    if (line.size() > kLineBytesMax) {
      return at_line({history::kErrRecordInvalid,
                      "it has more than " + std::to_string(kLineBytesMax) + " bytes"});
    }
  }
  return true;
}

Error HistoryFile::at_line(const Error& error) const {
  return {error.code, path_ + ": line " + std::to_string(line_) + ": " + error.message};
}

Result<void> check_history_file(const std::string& path, const TakesRecord& takes) {
  Result<HistoryFile> file = HistoryFile::open(path);
  if (!file) return file.error();
  history::ImportCheck check({},
                             [](const std::string&) -> Result<std::optional<storage::SourceEntry>> {
                               return std::optional<storage::SourceEntry>();
                             });
  while (true) {
    const Result<std::vector<storage::Record>> records = file->next();
    if (!records) return records.error();
    if (records->empty()) break;
    for (const storage::Record& record : *records) {
      const std::uint64_t line = check.newest().version + 2;  // The header is the first.
      Result<void> valid = check.add(record);
      if (valid) valid = takes(record);
      if (!valid) {
        return Error{valid.error().code,
                     path + ": line " + std::to_string(line) + ": " + valid.error().message};
      }
    }
  }
  if (check.newest().version > 0) return {};
  return Error{history::kErrRecordInvalid, path + ": it has no records"};
}

}  // namespace cowrite::cli
