#include "server/document/document.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ot/base/check.h"
#include "ot/history_blocks.h"
#include "server/document/limits.h"

namespace cowrite::document {
namespace {

// Whether so many records are to be announced that writing them as messages takes long.
bool must_encode_much(const std::vector<Effect>& effects) {
  std::size_t bytes = 0;
  for (const Effect& effect : effects) {
    const auto* const announce = std::get_if<Announce>(&effect);
    if (announce == nullptr) continue;
    for (const RecordPtr& record : announce->notice.records) {
      bytes += storage::record_bytes(*record);
    }
  }
  return bytes > kEncodedApartBytes;
}

}  // namespace

Document::Document(storage::DocumentKey key, storage::Snapshot committed,
                   std::vector<storage::Record> recent, std::uint64_t checkpoint)
    : key_(std::move(key)),
      committed_(std::move(committed)),
      log_(committed_.version - recent.size()),
      archiving_(committed_.version, checkpoint) {
  for (RecordPtr& record : share(std::move(recent))) log_.push(std::move(record));
  CHECK(log_.recent().end() == committed_.version);
}

std::size_t Document::memory_bytes() const {
  return memory_of_text(committed_.text.bytes()) + log_.memory_bytes();
}

bool Document::busy() const {
  return !queue_.empty() || !far_behind_.empty() || state_ != State::kReady;
}

// ---- Events

void Document::submit(Submission submission) { queue_.emplace_back(std::move(submission)); }

void Document::drop_gone() {
  std::erase_if(queue_, [](const PendingSubmission& pending) { return pending.is_gone(); });
  far_behind_.drop_gone();
}

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

void Document::history_read(FarBehind::Lane lane, CatchUp members, std::uint64_t known_since) {
  std::vector<PendingSubmission> judged_again;
  CommitNotice notice{.key = key_};
  for (CatchUpMember& member : far_behind_.come_back(lane, std::move(members))) {
    const Submission& submission = member.pending.submission();
    if (member.looked_up) log_.learn(submission.source, member.last, known_since);
    if (member.error) {
      notice.answers.push_back(
          answer_with_error(submission, *std::move(member.error), committed_.version));
    } else {
      judged_again.push_back(std::move(member.pending));
    }
  }
  std::ranges::move(far_behind_.take_held_back(), std::back_inserter(judged_again));
  queue_.insert(queue_.begin(), std::make_move_iterator(judged_again.begin()),
                std::make_move_iterator(judged_again.end()));
  if (!notice.answers.empty()) effects_.emplace_back(Announce{std::move(notice)});
}

void Document::records_committed(std::vector<storage::Record> records) {
  CHECK(state_ == State::kConflicted);
  CommitNotice notice{.key = key_, .records = share(std::move(records))};
  for (const RecordPtr& record : notice.records) {
    CHECK(storage::apply(committed_, *record).has_value());
    follow(record);
  }
  log_.trim();
  if (!notice.records.empty()) effects_.emplace_back(Announce{std::move(notice)});
  state_ = State::kReady;
}

void Document::retry() {
  if (state_ == State::kRefused) state_ = State::kReady;
}

void Document::announce_since(std::uint64_t version) {
  effects_.emplace_back(Announce{{.key = key_, .records = log_.recent().since(version)}});
}

// The components of recent records that are composed for it alone.
std::size_t Document::composed_for(const PendingSubmission& pending) const {
  const bool is_composed = pending.components() > ot::HistoryBlocks::kManyComponents;
  if (!is_composed || !pending.base()) return 0;
  const RecentRecords& recent = log_.recent();
  const std::uint64_t at = pending.progress().at();
  if (at < recent.begin()) return kComponentsApart;
  return recent.components(std::min(at, recent.end()), recent.end());
}

bool Document::takes_long() const {
  if (must_encode_much(effects_)) return true;
  if (state_ != State::kReady || held_) return false;
  std::size_t components = 0;
  for (const PendingSubmission& pending : queue_) {
    components += pending.components() + composed_for(pending);
    if (components > kComponentsApart) return true;
  }
  return false;
}

std::vector<Effect> Document::advance(std::int64_t now_ms) {
  if (state_ == State::kReady && !held_) form_batch(now_ms);
  if (!far_behind_.empty()) {
    read_history(FarBehind::Lane::kLookUps);
    read_history(FarBehind::Lane::kRebases);
  }
  return std::exchange(effects_, {});
}

// ---- Forming a batch

void Document::form_batch(std::int64_t now_ms) {
  if (queue_.empty()) return;
  batch_.emplace(committed_);
  auto next = queue_.begin();
  for (; next != queue_.end() && !batch_->full(); ++next) {
    if (far_behind_.must_wait(next->submission())) {
      far_behind_.hold_back(std::move(*next));
    } else if (const std::optional<ReadFirst> read = batch_->add(*next, log_, now_ms)) {
      far_behind_.add(std::move(*next), read->to);
    }
  }
  queue_.erase(queue_.begin(), next);
  if (batch_->has_records()) {
    effects_.emplace_back(StartAppend{batch_->append(key_)});
    state_ = State::kAppending;
    return;
  }
  // Nothing to write, so nothing to wait for.
  CommitNotice notice = std::move(*batch_).announce(key_, log_);
  batch_.reset();
  if (!notice.answers.empty()) effects_.emplace_back(Announce{std::move(notice)});
  if (!queue_.empty()) effects_.emplace_back(AdvanceAgain{});
}

// ---- The outcome

void Document::commit_batch() {
  committed_ = std::move(*batch_).take_newest();
  CommitNotice notice = std::move(*batch_).announce(key_, log_);
  batch_.reset();
  for (const RecordPtr& record : notice.records) follow(record);
  log_.trim();
  effects_.emplace_back(Announce{std::move(notice)});
  state_ = State::kReady;
  maybe_archive();
}

// Its members go back to the head of the queue, in their order, unless they are gone by now.
void Document::take_back_batch() {
  std::vector<PendingSubmission> members = std::move(*batch_).take_back();
  std::erase_if(members, [](const PendingSubmission& pending) { return pending.is_gone(); });
  queue_.insert(queue_.begin(), std::make_move_iterator(members.begin()),
                std::make_move_iterator(members.end()));
  batch_.reset();
}

// Notes a record that committed_ holds by now.
void Document::follow(const RecordPtr& record) {
  log_.push(record);
  archiving_.follow(*record);
}

// Lets the next group leave for the log, unless one is away.
void Document::read_history(FarBehind::Lane lane) {
  std::optional<FarBehind::Departure> departure = far_behind_.depart(lane);
  if (!departure) return;
  for (CatchUpMember& member : departure->members) {
    member.known = log_.last_submission(member.pending.submission());
  }
  effects_.emplace_back(ReadHistory{*std::move(departure), log_.known_from(), log_.forgotten()});
}

void Document::maybe_archive() {
  switch (archiving_.take_due(committed_.text.bytes())) {
    case storage::ArchiveSchedule::Due::kNothing:
      return;
    case storage::ArchiveSchedule::Due::kPacking:
      effects_.emplace_back(PackRecords{committed_.version});
      return;
    case storage::ArchiveSchedule::Due::kCheckpoint:
      effects_.emplace_back(SaveCheckpoint{committed_});
  }
}

}  // namespace cowrite::document
