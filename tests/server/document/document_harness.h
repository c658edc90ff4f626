// DocumentHarness: a Document whose effects the test carries out by hand, with a log in a vector.
//
// What the document announces is written down in a short notation:
//
//     0 alice:1 create 'ab'      record 0 of source alice, sequence 1
//     1 bob:1 1 'x'              an edit, as tests/ot/notation.h writes it
//     2 bob:2 delete
//     ack alice:1 at 0           alice's first submission is record 0
//     ack bob:1 at 3 after 1 2   the same, with the records that bob may have missed
//     refuse 1 ERR_...           sequence 1 of somebody is refused
//     unsettled                  nobody knows now what becomes of somebody's submission
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/document/document.h"
#include "storage/record.h"

namespace cowrite::document {

class DocumentHarness {
 public:
  // An empty document.
  DocumentHarness();
  // A document with this history, opened with only its `recent` newest records in memory.
  DocumentHarness(std::vector<storage::Record> history, std::size_t recent);

  // A submission made at version `base`, through the source's own session.
  void create(const std::string& source, std::uint64_t sequence, std::optional<std::uint64_t> base,
              std::string_view text);
  void edit(const std::string& source, std::uint64_t sequence, std::optional<std::uint64_t> base,
            std::string_view notation);
  void remove(const std::string& source, std::uint64_t sequence, std::optional<std::uint64_t> base);
  // The source's session ends.
  void leave(const std::string& source);
  // The outcome of the append in flight; then whatever is due.
  void finish(storage::AppendOutcome outcome);
  // Commits append after append until nothing is in flight.
  void settle();
  // Answers every read that the document has asked for, and those that it asks for then.
  void read_history();
  // Answers the first of them.
  void read_history_once();
  void fail_history(const Error& error);
  // Another node's record, written behind the document's back.
  void write_elsewhere(storage::Record record) { log_.push_back(std::move(record)); }
  void read_foreign();
  void retry();
  // Memory is scarce: records are dropped that are not needed to go on.
  bool shed() { return document_.shed(); }

  // What was announced since the last call.
  [[nodiscard]] std::vector<std::string> announced();
  // Of all acks so far, over how many records each was rebased; nothing for repeats.
  [[nodiscard]] const std::vector<std::optional<std::uint64_t>>& depths() const { return depths_; }
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint64_t version() const { return document_.committed().version; }
  [[nodiscard]] const Document& document() const { return document_; }
  [[nodiscard]] bool appending() const { return append_.has_value(); }
  [[nodiscard]] std::size_t batch_size() const { return append_->records->size(); }
  [[nodiscard]] const std::vector<storage::Record>& log() const { return log_; }
  [[nodiscard]] std::size_t reads() const { return reads_.size(); }
  // How many records their submissions have to pass.
  [[nodiscard]] std::uint64_t records_wanted() const;
  [[nodiscard]] std::size_t checkpoints() const { return checkpoints_; }
  [[nodiscard]] std::size_t packings() const { return packings_; }
  // How often the document asked to go on in another turn.
  [[nodiscard]] std::size_t turns() const { return turns_; }
  [[nodiscard]] bool halted() const { return halted_; }
  [[nodiscard]] bool wants_retry() const { return wants_retry_; }

  std::int64_t now_ms = 1'000;

 private:
  void submit(const std::string& source, std::uint64_t sequence, std::optional<std::uint64_t> base,
              storage::Change change);
  void advance();
  void note(const CommitNotice& notice);
  void answer_read(const storage::History& history);

  std::vector<storage::Record> log_;
  Document document_;
  std::map<std::string, Asker> sessions_;
  std::optional<storage::Append> append_;
  std::vector<ReadHistory> reads_;
  std::optional<ReadForeign> foreign_;
  std::vector<std::string> announced_;
  std::vector<std::optional<std::uint64_t>> depths_;
  std::size_t checkpoints_ = 0;
  std::size_t packings_ = 0;
  std::size_t turns_ = 0;
  bool halted_ = false;
  bool wants_retry_ = false;
};

[[nodiscard]] storage::Record record(std::uint64_t version, std::string source,
                                     std::uint64_t sequence, storage::Change change);

// "ab" by alice, at version 1.
[[nodiscard]] DocumentHarness ab();

// Version 1 is "", then a letter by "old" each; only the newest is in memory.
[[nodiscard]] DocumentHarness long_history(std::uint64_t letters);

}  // namespace cowrite::document
