#include "tests/server/document/document_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/ot/notation.h"

namespace cowrite::document {
namespace {

const storage::DocumentKey kKey{"docs", "d"};

Document open(const std::vector<storage::Record>& history, std::size_t tail) {
  storage::Snapshot snapshot;
  for (const storage::Record& made : history) CHECK(storage::apply(snapshot, made).has_value());
  return Document(kKey, std::move(snapshot),
                  {history.end() - static_cast<std::ptrdiff_t>(tail), history.end()}, 0);
}

std::string describe(const storage::Record& record) {
  std::string line = std::to_string(record.version) + " " + record.source + ":" +
                     std::to_string(record.sequence) + " ";
  if (const auto* create = std::get_if<storage::Create>(&record.change)) {
    return line + "create '" + create->text + "'";
  }
  if (const auto* edit = std::get_if<storage::Edit>(&record.change)) {
    return line + ot::to_notation(edit->operation);
  }
  return line + "delete";
}

std::string describe(const Ack& ack) {
  std::string line = "ack " + ack.source + ":" + std::to_string(ack.sequence) + " at " +
                     std::to_string(ack.version);
  if (!ack.missed.empty()) line += " after";
  for (const RecordPtr& missed : ack.missed) line += " " + std::to_string(missed->version);
  return line;
}

std::string describe(const Refusal& refusal) {
  return "refuse " + std::to_string(refusal.request.sequence) + " " +
         std::string(refusal.error.code);
}

std::string describe(const Unsettled&) { return "unsettled"; }

}  // namespace

storage::Record record(std::uint64_t version, std::string source, std::uint64_t sequence,
                       storage::Change change) {
  return {.version = version,
          .source = std::move(source),
          .sequence = sequence,
          .author = {},
          .time_ms = 1,
          .change = std::move(change)};
}

DocumentHarness::DocumentHarness() : DocumentHarness({}, 0) {}

DocumentHarness::DocumentHarness(std::vector<storage::Record> history, std::size_t tail)
    : log_(std::move(history)), document_(open(log_, tail)) {}

void DocumentHarness::create(const std::string& source, std::uint64_t sequence,
                             std::optional<std::uint64_t> base, std::string_view text) {
  submit(source, sequence, base, storage::Create{std::string(text)});
}

void DocumentHarness::edit(const std::string& source, std::uint64_t sequence,
                           std::optional<std::uint64_t> base, std::string_view notation) {
  submit(source, sequence, base, storage::Edit{ot::op(notation)});
}

void DocumentHarness::remove(const std::string& source, std::uint64_t sequence,
                             std::optional<std::uint64_t> base) {
  submit(source, sequence, base, storage::Delete{});
}

void DocumentHarness::submit(const std::string& source, std::uint64_t sequence,
                             std::optional<std::uint64_t> base, storage::Change change) {
  protocol::Submit request{.key = kKey,
                           .version = base,
                           .source = std::nullopt,
                           .sequence = sequence,
                           .change = std::move(change)};
  document_.submit(
      {.session = {}, .source = source, .author = "somebody", .request = std::move(request)});
  advance();
}

void DocumentHarness::finish(storage::AppendOutcome outcome) {
  ASSERT_TRUE(append_.has_value());
  const storage::Append append = *std::exchange(append_, std::nullopt);
  if (outcome == storage::AppendOutcome::kCommitted) {
    log_.insert(log_.end(), append.records->begin(), append.records->end());
  }
  document_.append_finished(outcome);
  advance();
}

void DocumentHarness::settle() {
  while (appending()) finish(storage::AppendOutcome::kCommitted);
}

void DocumentHarness::read_history() {
  while (!reads_.empty()) {
    const ReadHistory read = reads_.front();
    reads_.erase(reads_.begin());
    document_.history_read(read.ticket, find(read.wanted));
    advance();
  }
}

std::uint64_t DocumentHarness::records_wanted() const {
  std::uint64_t wanted = 0;
  for (const ReadHistory& read : reads_) wanted += read.wanted.to - read.wanted.from;
  return wanted;
}

void DocumentHarness::fail_history(const Error& error) {
  for (const ReadHistory& read : std::exchange(reads_, {})) {
    document_.history_read(read.ticket, error);
  }
  advance();
}

HistoryChunk DocumentHarness::find(const HistoryWanted& wanted) const {
  HistoryChunk chunk;
  for (const storage::Record& made : log_) {
    if (made.source != wanted.source) continue;
    chunk.last = storage::SourceEntry{made.sequence, made.version};
    if (made.sequence == wanted.sequence) chunk.stored = made;
  }
  if (chunk.last && chunk.last->sequence != wanted.sequence) chunk.stored.reset();
  // As the log does, not all at once.
  constexpr std::uint64_t kRecordsAtATime = 3;
  for (std::uint64_t v = wanted.from; v < std::min(wanted.to, wanted.from + kRecordsAtATime); ++v) {
    chunk.records.push_back(log_[v]);
  }
  return chunk;
}

void DocumentHarness::read_foreign() {
  ASSERT_TRUE(foreign_.has_value());
  const std::uint64_t from = std::exchange(foreign_, std::nullopt)->from;
  document_.records_committed({log_.begin() + static_cast<std::ptrdiff_t>(from), log_.end()});
  advance();
}

void DocumentHarness::retry() {
  wants_retry_ = false;
  document_.retry();
  advance();
}

void DocumentHarness::advance() {
  for (Effect& effect : document_.advance(now_ms)) {
    if (auto* append = std::get_if<StartAppend>(&effect)) {
      ASSERT_FALSE(append_.has_value()) << "one append at a time";
      append_ = std::move(append->append);
    } else if (const auto* announce = std::get_if<Announce>(&effect)) {
      note(announce->notice);
    } else if (const auto* read = std::get_if<ReadHistory>(&effect)) {
      reads_.push_back(*read);
    } else if (const auto* foreign = std::get_if<ReadForeign>(&effect)) {
      foreign_ = *foreign;
    } else if (std::holds_alternative<RetryLater>(effect)) {
      wants_retry_ = true;
    } else if (std::holds_alternative<SaveCheckpoint>(effect)) {
      ++checkpoints_;
    } else {
      halted_ = true;
    }
  }
}

void DocumentHarness::note(const CommitNotice& notice) {
  for (const RecordPtr& made : notice.records) announced_.push_back(describe(*made));
  for (const Answer& answer : notice.answers) {
    if (const auto* ack = std::get_if<Ack>(&answer.outcome)) depths_.push_back(ack->depth);
    announced_.push_back(
        std::visit([](const auto& outcome) { return describe(outcome); }, answer.outcome));
  }
}

std::vector<std::string> DocumentHarness::announced() { return std::exchange(announced_, {}); }

std::string DocumentHarness::text() const {
  return document_.committed().exists ? document_.committed().text.to_string() : "(none)";
}

}  // namespace cowrite::document
