// A complete history in a file, as `cowrite export --history` writes it: JSON lines, the first
// being its header. Read like anything from outside: what is not a possible history is refused,
// with the number of the line.
#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/http/operator_json.h"
#include "storage/record.h"

namespace cowrite::cli {

class HistoryFile {
 public:
  // Reads the header. Fails with kErrFile, or history's kErrRecordInvalid.
  [[nodiscard]] static Result<HistoryFile> open(const std::string& path);

  [[nodiscard]] const http::HistoryHeader& header() const { return header_; }

  // Some more records, in order; none at the end, when there were as many as the header says. Fails
  // as open() does.
  [[nodiscard]] Result<std::vector<storage::Record>> next();

 private:
  HistoryFile(std::string path, std::ifstream file)
      : path_(std::move(path)), file_(std::move(file)) {}

  [[nodiscard]] Result<bool> read_line(std::string& line);
  [[nodiscard]] Error at_line(const Error& error) const;

  std::string path_;
  std::ifstream file_;
  std::uint64_t line_ = 0;
  std::uint64_t records_ = 0;
  http::HistoryHeader header_;
};

// Whether all of the file can be a document's history, of one record at least, record after record,
// and whether somebody else takes each.
using TakesRecord = std::function<Result<void>(const storage::Record& record)>;
[[nodiscard]] Result<void> check_history_file(const std::string& path, const TakesRecord& takes);

}  // namespace cowrite::cli
