#include "tests/server/document/document_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "server/document/catch_up.h"
#include "storage/errors.h"
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

// What of a history submissions are read for; each call fails with the error.
class FailingHistory : public storage::History {
 public:
  explicit FailingHistory(Error error) : error_(std::move(error)) {}

  Result<std::vector<storage::ListEntry>> list(const storage::DocumentKey&,
                                               std::size_t) const override {
    return error_;
  }
  Result<std::optional<storage::DocumentInfo>> info(const storage::DocumentKey&) const override {
    return error_;
  }
  Result<storage::Snapshot> snapshot(const storage::DocumentKey&,
                                     std::optional<std::uint64_t>) const override {
    return error_;
  }
  Result<std::uint64_t> checkpoint(const storage::DocumentKey&) const override { return error_; }
  Result<std::uint64_t> version_at(const storage::DocumentKey&, std::int64_t) const override {
    return error_;
  }
  Result<std::vector<storage::Record>> records(const storage::DocumentKey&, std::uint64_t,
                                               std::uint64_t, std::size_t) const override {
    return error_;
  }
  storage::SourceEntries sources(const storage::DocumentKey&, std::span<const std::string> names,
                                 std::uint64_t) const override {
    return {names.size(), error_};
  }

 private:
  Error error_;
};

// The records of a log, as the log does not all at once.
class VectorHistory final : public FailingHistory {
 public:
  explicit VectorHistory(const std::vector<storage::Record>& log)
      : FailingHistory({storage::kErrIo, "submissions do not read this"}), log_(log) {}

  Result<std::vector<storage::Record>> records(const storage::DocumentKey&, std::uint64_t from,
                                               std::uint64_t to, std::size_t) const override {
    constexpr std::uint64_t kRecordsAtATime = 3;
    const std::uint64_t end = std::min({to, from + kRecordsAtATime, std::uint64_t{log_.size()}});
    return std::vector<storage::Record>(log_.begin() + static_cast<std::ptrdiff_t>(from),
                                        log_.begin() + static_cast<std::ptrdiff_t>(end));
  }
  storage::SourceEntries sources(const storage::DocumentKey&, std::span<const std::string> names,
                                 std::uint64_t before) const override {
    storage::SourceEntries entries(names.size(), std::optional<storage::SourceEntry>());
    for (const storage::Record& made : log_) {
      if (made.version >= before) break;
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (made.source != names[i]) continue;
        entries[i] = std::optional(storage::SourceEntry{made.sequence, made.version});
      }
    }
    return entries;
  }

 private:
  const std::vector<storage::Record>& log_;
};

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

std::string describe(const Ack& ack, const CommitNotice& notice) {
  std::string line = "ack " + ack.source + ":" + std::to_string(ack.sequence) + " at " +
                     std::to_string(ack.version);
  if (ack.missed_from) line += " after";
  for (std::uint64_t version = ack.missed_from.value_or(ack.version); version < ack.version;
       ++version) {
    line += " " + std::to_string(notice.at(version).version);
  }
  return line;
}

std::string describe(const Refusal& refusal, const CommitNotice&) {
  return "refuse " + std::to_string(refusal.request.sequence) + " " +
         std::string(refusal.error.code);
}

std::string describe(const Unsettled&, const CommitNotice&) { return "unsettled"; }

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
  document_.submit({.session = {},
                    .source = source,
                    .author = "somebody",
                    .request = std::move(request),
                    .asker = sessions_.try_emplace(source, Asker::session()).first->second});
  advance();
}

void DocumentHarness::leave(const std::string& source) {
  sessions_.at(source).leave();
  document_.drop_gone();
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
  while (!reads_.empty()) answer_read(VectorHistory(log_));
}

void DocumentHarness::read_history_once() { answer_read(VectorHistory(log_)); }

std::uint64_t DocumentHarness::records_wanted() const {
  std::uint64_t wanted = 0;
  for (const ReadHistory& read : reads_) {
    for (const CatchUpMember& member : read.departure.members) {
      wanted += member.goal() - std::min(member.goal(), member.pending.progress().at());
    }
  }
  return wanted;
}

void DocumentHarness::fail_history(const Error& error) {
  while (!reads_.empty()) answer_read(FailingHistory(error));
}

void DocumentHarness::answer_read(const storage::History& history) {
  ReadHistory read = std::move(reads_.front());
  reads_.erase(reads_.begin());
  ASSERT_TRUE(catch_up(kKey, read.departure.members, read.known_from, history));
  document_.history_read(read.departure.lane, std::move(read.departure.members), read.known_since);
  advance();
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
    if (std::holds_alternative<AdvanceAgain>(effect)) {
      ++turns_;
      advance();
    } else if (auto* append = std::get_if<StartAppend>(&effect)) {
      ASSERT_FALSE(append_.has_value()) << "one append at a time";
      append_ = std::move(append->append);
    } else if (const auto* announce = std::get_if<Announce>(&effect)) {
      note(announce->notice);
    } else if (auto* read = std::get_if<ReadHistory>(&effect)) {
      reads_.push_back(std::move(*read));
    } else if (const auto* foreign = std::get_if<ReadForeign>(&effect)) {
      foreign_ = *foreign;
    } else if (std::holds_alternative<RetryLater>(effect)) {
      wants_retry_ = true;
    } else if (std::holds_alternative<SaveCheckpoint>(effect)) {
      ++checkpoints_;
    } else if (std::holds_alternative<PackRecords>(effect)) {
      ++packings_;
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
        std::visit([&](const auto& outcome) { return describe(outcome, notice); }, answer.outcome));
  }
}

std::vector<std::string> DocumentHarness::announced() { return std::exchange(announced_, {}); }

std::string DocumentHarness::text() const {
  return document_.committed().exists ? document_.committed().text.to_string() : "(none)";
}

DocumentHarness ab() { return DocumentHarness({record(0, "alice", 1, storage::Create{"ab"})}, 1); }

DocumentHarness long_history(std::uint64_t letters) {
  std::vector<storage::Record> history{record(0, "alice", 1, storage::Create{""})};
  for (std::uint64_t i = 0; i < letters; ++i) {
    ot::OperationBuilder builder;
    builder.retain(i).insert("x");
    history.push_back(record(i + 1, "old", i + 1, storage::Edit{std::move(builder).build()}));
  }
  return DocumentHarness(std::move(history), 1);
}

}  // namespace cowrite::document
