// Outcomes: what became of each of many things that a command works on. It goes on after one that
// fails, names each of those, and ends with status 1 if anything was left out.
//
// Of those that went well the command prints a line, each as soon as it is done; a person gets a
// table at the end, and a bar until then. Work that is begun is finished also if nobody reads these
// lines any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "tools/cli/command.h"
#include "tools/cli/progress_bar.h"
#include "tools/cli/table.h"

namespace cowrite::cli {

// Some of what was asked for was not done; what, was said before.
inline constexpr std::string_view kErrLeftOut = "ERR_LEFT_OUT";

// Whether an error is about the server or the data folder, so that the next thing would fail for
// the same reason.
[[nodiscard]] bool is_hopeless(const Error& error);

// What a failure is about: a document or a file; neither if a list could not be read to its end.
struct Subject {
  std::optional<storage::DocumentKey> key = std::nullopt;
  std::string file = {};
};

// {"collection": "docs", "id": "poem", "error": {"code", "message"}}, or "file".
[[nodiscard]] std::string failure_json(const Subject& subject, const Error& error);

class Outcomes {
 public:
  // "4 of 10 documents were not exported": of `total` `things`. REQUIRES: the context outlives it.
  Outcomes(const Context& context, std::string things, std::string done, std::size_t total)
      : Outcomes(context.output, context.error_paint, context.format, Work::kReads,
                 std::move(things), std::move(done), total) {}
  Outcomes(const OperatorContext& context, std::string things, std::string done, std::size_t total)
      : Outcomes(context.output, context.error_paint, context.format, Work::kChanges,
                 std::move(things), std::move(done), total) {}

  // False once something failed for a reason that will not be another for the next: no server, no
  // token, no data folder, no room on the disk.
  [[nodiscard]] bool goes_on() const { return !hopeless_; }

  // One went well: its line, or its row in the table.
  void add(const std::string& line, const std::string& json);
  void add(Table& table, std::vector<Cell> row, const std::string& json);
  // Of so many there was nothing to do.
  void skip(std::size_t count = 1) { done_ += count; }
  // One failed.
  void fail(const Subject& subject, const Error& error);

  // How far the whole is. Progress within a thing may be shown, too.
  void show(std::uint64_t done, std::uint64_t total, std::string_view label) {
    bar_.show(done, total, label);
  }

  // After all. Fails if anything was left out: with its own error if there was nothing else, else
  // with kErrLeftOut, or with what made the rest hopeless.
  [[nodiscard]] Result<void> conclude();
  // Prints what is left of the table before.
  [[nodiscard]] Result<void> conclude(Table& table) {
    bar_.wipe();
    table.print();
    return conclude();
  }

 private:
  // After a write that failed none succeeds; what cannot be read may be one document's.
  enum class Work { kReads, kChanges };

  Outcomes(Output& output, const Painter& error_paint, Format format, Work work, std::string things,
           std::string done, std::size_t total);

  Output& output_;
  const Painter& error_paint_;
  const Format format_;
  const Work work_;
  const std::string things_;
  const std::string done_word_;
  const std::size_t total_;
  std::size_t done_ = 0;
  bool unlisted_ = false;       // There may be more things than `total`.
  std::optional<Error> alone_;  // Of the only thing.
  std::optional<Error> hopeless_;
  ProgressBar bar_;
};

}  // namespace cowrite::cli
