#include "tools/cli/outcomes.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

#include "server/http/errors.h"
#include "server/http/json.h"
#include "server/http/json_objects.h"
#include "server/http/operator_token.h"
#include "storage/errors.h"
#include "tools/cli/complaint.h"
#include "tools/cli/http_client.h"

namespace cowrite::cli {
namespace {

// Errors about the server or the data folder, and not about one document or file.
constexpr std::string_view kHopeless[] = {
    kErrServerUnreachable,    kErrServerForeign,       kErrProxyRefused,
    kErrFolderNeeded,         http::kErrTokenMissing,  http::kErrTokenWrong,
    http::kErrTokenFile,      storage::kErrNotFound,   storage::kErrInUse,
    storage::kErrNewerFormat, storage::kErrFolderName, storage::kErrDiskFull};

// Names its subject, which not every error does: of a disk that is low, of a server that is busy.
Error about(const Subject& subject, const Error& error) {
  const std::string name = subject.key ? storage::describe(*subject.key) : subject.file;
  if (error.message.find(name) != std::string::npos) return error;
  return {error.code, name + ": " + error.message};
}

}  // namespace

std::string failure_json(const Subject& subject, const Error& error) {
  protocol::JsonWriter json;
  json.begin_object();
  if (!subject.file.empty()) json.text("file", subject.file);
  if (subject.key) http::write_key(json, *subject.key);
  http::write_error(json, error);
  return json.end_object().take();
}

bool is_hopeless(const Error& error) {
  return std::ranges::find(kHopeless, error.code) != std::end(kHopeless);
}

Outcomes::Outcomes(Output& output, const Painter& error_paint, Format format, Work work,
                   std::string things, std::string done, std::size_t total)
    : output_(output),
      error_paint_(error_paint),
      format_(format),
      work_(work),
      things_(std::move(things)),
      done_word_(std::move(done)),
      total_(total) {
  std::signal(SIGPIPE, SIG_IGN);
}

void Outcomes::add(const std::string& line, const std::string& json) {
  done_ += 1;
  bar_.wipe();
  if (format_ == Format::kJson) {
    output_.json_line(json);
  } else {
    output_.line(line);
  }
  static_cast<void>(output_.flush());  // That it failed is known at the end, too.
}

void Outcomes::add(Table& table, std::vector<Cell> row, const std::string& json) {
  if (format_ == Format::kJson) return add("", json);
  done_ += 1;
  table.add(std::move(row));
  if (output_.for_person()) return;
  table.print();
  static_cast<void>(output_.flush());
}

void Outcomes::fail(const Subject& subject, const Error& error) {
  bar_.wipe();
  if (format_ == Format::kJson) output_.json_line(failure_json(subject, error));
  unlisted_ = unlisted_ || (!subject.key && subject.file.empty());
  if (is_hopeless(error) || (work_ == Work::kChanges && error.code == storage::kErrIo)) {
    hopeless_ = error;
  } else if (total_ == 1) {
    alone_ = error;
  } else if (format_ == Format::kText) {
    complain(about(subject, error), error_paint_);
  }
}

Result<void> Outcomes::conclude() {
  bar_.wipe();
  if (alone_) return *alone_;
  if (hopeless_ && total_ == 1) return *hopeless_;
  if (done_ == total_) return {};
  const std::string left_out = (unlisted_ ? "at least " : "") + std::to_string(total_ - done_) +
                               " of " + std::to_string(total_) + " " + things_ + " were not " +
                               done_word_;
  if (hopeless_) return Error{hopeless_->code, hopeless_->message + "; " + left_out};
  return Error{kErrLeftOut, left_out};
}

}  // namespace cowrite::cli
