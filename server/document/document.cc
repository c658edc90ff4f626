#include "server/document/document.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"
#include "storage/limits.h"

namespace cowrite::document {
Document::Document(storage::DocumentKey key, storage::Snapshot committed,
                   std::vector<storage::Record> recent, std::uint64_t checkpoint)
    : key_(std::move(key)),
      committed_(std::move(committed)),
      log_(committed_.version - recent.size()),
      checkpoint_version_(checkpoint) {
  for (RecordPtr& record : share(std::move(recent))) log_.push(std::move(record));
  CHECK(log_.recent().end() == committed_.version);
}

std::size_t Document::memory_bytes() const {
  return memory_of_text(committed_.text.bytes()) + log_.memory_bytes();
}

bool Document::busy() const {
  return !queue_.empty() || !awaiting_history_.empty() || state_ != State::kReady;
}

// ---- Events

void Document::submit(Submission submission) { queue_.emplace_back(std::move(submission)); }

void Document::append_finished(storage::AppendOutcome outcome) {
  CHECK(state_ == State::kAppending);
  switch (outcome) {
    case storage::AppendOutcome::kCommitted:
      commit_batch();
      return;
    case storage::AppendOutcome::kConflict:
      take_back_batch();
      state_ = State::kConflicted;
      effects_.emplace_back(ReadForeign{committed_.version});
      return;
    case storage::AppendOutcome::kRefused:
      take_back_batch();
      state_ = State::kRefused;
      effects_.emplace_back(RetryLater{});
      return;
    case storage::AppendOutcome::kUnknown:
      state_ = State::kHalted;
      effects_.emplace_back(Halt{});
  }
}

void Document::history_read(std::uint64_t ticket, Result<HistoryChunk> chunk) {
  const auto found = awaiting_history_.find(ticket);
  CHECK(found != awaiting_history_.end());
  auto [pending, wanted] = std::move(found->second);
  awaiting_history_.erase(found);

  if (chunk) log_.learn(wanted.source, chunk->last);
  const Result<void> passed =
      chunk ? take_over_history(pending, wanted, *std::move(chunk)) : Result<void>(chunk.error());
  if (passed) {
    queue_.push_front(std::move(pending));
    return;
  }
  effects_.emplace_back(Announce{
      {.key = key_,
       .answers = {answer_with_error(pending.submission(), passed.error(), committed_.version)}}});
}

void Document::records_committed(std::vector<storage::Record> records) {
  CHECK(state_ == State::kConflicted);
  CommitNotice notice{.key = key_, .records = share(std::move(records))};
  for (const RecordPtr& record : notice.records) {
    CHECK(storage::apply(committed_, *record).has_value());
    follow(record);
  }
  trim_log();
  if (!notice.records.empty()) effects_.emplace_back(Announce{std::move(notice)});
  state_ = State::kReady;
}

void Document::retry() {
  if (state_ == State::kRefused) state_ = State::kReady;
}

std::vector<Effect> Document::advance(std::int64_t now_ms) {
  if (state_ == State::kReady) form_batch(now_ms);
  return std::exchange(effects_, {});
}

// ---- Forming a batch

void Document::form_batch(std::int64_t now_ms) {
  if (queue_.empty()) return;
  batch_.emplace(committed_);
  while (!queue_.empty() && !batch_->full()) {
    PendingSubmission pending = std::move(queue_.front());
    queue_.pop_front();
    if (std::optional<HistoryWanted> wanted = batch_->add(pending, log_, now_ms)) {
      effects_.emplace_back(ReadHistory{next_ticket_, *wanted, pending.submission().payer});
      awaiting_history_.emplace(next_ticket_++,
                                AwaitingHistory{std::move(pending), *std::move(wanted)});
    }
  }
  if (batch_->has_records()) {
    effects_.emplace_back(StartAppend{batch_->append(key_)});
    state_ = State::kAppending;
    return;
  }
  // Nothing to write, so nothing to wait for.
  CommitNotice notice = std::move(*batch_).announce(key_);
  batch_.reset();
  if (!notice.answers.empty()) effects_.emplace_back(Announce{std::move(notice)});
}

// ---- The outcome

void Document::commit_batch() {
  committed_ = std::move(*batch_).take_newest();
  CommitNotice notice = std::move(*batch_).announce(key_);
  batch_.reset();
  for (const RecordPtr& record : notice.records) follow(record);
  trim_log();
  effects_.emplace_back(Announce{std::move(notice)});
  state_ = State::kReady;
  maybe_checkpoint();
}

// Its members go back to the head of the queue, in their order.
void Document::take_back_batch() {
  std::vector<PendingSubmission> members = std::move(*batch_).take_back();
  queue_.insert(queue_.begin(), std::make_move_iterator(members.begin()),
                std::make_move_iterator(members.end()));
  batch_.reset();
}

// Notes a record that committed_ holds by now.
void Document::follow(const RecordPtr& record) {
  log_.push(record);
  bytes_since_checkpoint_ += record_bytes(*record);
}

// Forgets records that no submission needs.
void Document::trim_log() {
  if (!awaiting_history_.empty()) {
    return;  // Submissions that wait for the log count on the records that were here before.
  }
  std::uint64_t keep = log_.recent().end();
  for (const PendingSubmission& pending : queue_) {
    keep = std::min(keep, pending.uses_from(log_.recent()));
  }
  log_.trim(keep);
}

void Document::maybe_checkpoint() {
  const std::uint64_t records = committed_.version - checkpoint_version_;
  if (records < storage::kCheckpointRecords &&
      bytes_since_checkpoint_ < storage::kCheckpointBytes + committed_.text.bytes()) {
    return;
  }
  checkpoint_version_ = committed_.version;
  bytes_since_checkpoint_ = 0;
  effects_.emplace_back(SaveCheckpoint{committed_});
}

}  // namespace cowrite::document
