#include "server/document/document.h"

#include <algorithm>
#include <utility>

#include "ot/check.h"
#include "server/document/rebase.h"
#include "server/limits.h"
#include "server/protocol/error_codes.h"

namespace cowrite::server {
namespace {

// Only then is the text before the change kept, which would make the rope copy what it changes in
// place otherwise.
bool may_outgrow(const storage::Snapshot& snapshot, const storage::Change& change) {
  return snapshot.text.bytes() + change_bytes(change) > kDocumentBytesMax;
}

}  // namespace

// A submission on its way into the log.
struct Document::Waiting {
  Submission submission;  // Its change has moved into `rebasing`.
  Rebasing rebasing;   // Over committed records only, so that it holds whatever becomes of a batch.
  RecordPtr repeated;  // From the log: the record with its source and sequence, where the tail does
                       // not reach.
  std::size_t bytes = 0;
};

struct Document::Batch {
  storage::Snapshot candidate;  // The committed snapshot with the batch's records.
  std::vector<RecordPtr> records;
  std::vector<Waiting>
      members;  // All that was judged, to be judged anew if the batch is not committed.
  std::unordered_map<std::string, storage::SourceEntry> sources;
  std::vector<Ack> acks;
  std::vector<Refusal> refusals;
  std::size_t bytes = 0;
};

Document::Document(DocumentKey key, storage::Snapshot committed, std::vector<storage::Record> tail,
                   std::uint64_t checkpoint)
    : key_(std::move(key)),
      committed_(std::move(committed)),
      tail_(committed_.version - tail.size()),
      checkpoint_version_(checkpoint) {
  for (storage::Record& record : tail) {
    sources_[record.source] = storage::SourceEntry{record.sequence, record.version};
    tail_.push(std::make_shared<const storage::Record>(std::move(record)));
  }
  CHECK(tail_.end() == committed_.version);
}

Document::~Document() = default;

bool Document::busy() const {
  return !queue_.empty() || !reading_.empty() || state_ != State::kReady;
}

// ---- Events

void Document::submit(Submission submission) {
  const std::size_t bytes = change_bytes(submission.request.change);
  storage::Change change = std::exchange(submission.request.change, storage::Delete{});
  // A client that never fetched the document means its present version, whatever that is when its
  // turn comes.
  const std::uint64_t base = submission.request.version.value_or(0);
  Rebasing rebasing(submission.source, submission.request.sequence, std::move(change), base);
  queue_.push_back({std::move(submission), std::move(rebasing), nullptr, bytes});
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

void Document::history_read(std::uint64_t ticket, Result<HistoryChunk> chunk) {
  const auto found = reading_.find(ticket);
  CHECK(found != reading_.end());
  Waiting waiting = std::move(found->second);
  reading_.erase(found);

  Result<void> passed;
  if (!chunk) {
    passed = chunk.error();
  } else {
    // What was committed while the log was read is known better here.
    sources_.try_emplace(waiting.submission.source, chunk->last);
    if (chunk->repeated)
      waiting.repeated = std::make_shared<const storage::Record>(*std::move(chunk->repeated));
    if (chunk->records.empty() && waiting.submission.request.version &&
        waiting.rebasing.at() < tail_.begin()) {
      passed = Error{kErrLogUnavailable,
                     "the log has no record " + std::to_string(waiting.rebasing.at())};
    }
    for (storage::Record& record : chunk->records) {
      if (!passed || waiting.rebasing.repeated()) break;
      passed = waiting.rebasing.pass(std::make_shared<const storage::Record>(std::move(record)));
    }
  }
  if (passed) {
    queue_.push_front(std::move(waiting));
    return;
  }
  CommitNotice notice{.key = key_, .records = {}, .encoded = {}, .acks = {}, .refusals = {}};
  notice.refusals.push_back({waiting.submission.session, std::move(waiting.submission.request),
                             passed.error(), waiting.submission.bytes});
  effects_.emplace_back(Announce{std::move(notice)});
}

void Document::records_committed(std::vector<storage::Record> records) {
  CHECK(state_ == State::kConflicted);
  CommitNotice notice{.key = key_, .records = {}, .encoded = {}, .acks = {}, .refusals = {}};
  for (storage::Record& record : records) {
    CHECK(storage::apply(committed_, record).has_value());
    notice.records.push_back(std::make_shared<const storage::Record>(std::move(record)));
    follow(notice.records.back());
  }
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
  batch_ = std::make_unique<Batch>();
  batch_->candidate = committed_;
  while (!queue_.empty() && batch_->records.size() < kBatchRecordsMax &&
         batch_->bytes < kBatchBytesMax) {
    Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    admit(std::move(waiting), now_ms);
  }
  if (!batch_->records.empty()) {
    auto records = std::make_shared<std::vector<storage::Record>>();
    for (const RecordPtr& record : batch_->records) records->push_back(*record);
    effects_.emplace_back(StartAppend{{key_, committed_.version, std::move(records),
                                       batch_->candidate.exists, batch_->candidate.text.bytes()}});
    state_ = State::kAppending;
    return;
  }
  // Nothing to write, so nothing to wait for.
  if (!batch_->acks.empty() || !batch_->refusals.empty()) {
    effects_.emplace_back(
        Announce{{key_, {}, {}, std::move(batch_->acks), std::move(batch_->refusals)}});
  }
  batch_.reset();
}

void Document::admit(Waiting waiting, std::int64_t now_ms) {
  const Submit& request = waiting.submission.request;
  if (request.version && *request.version > batch_->candidate.version) {
    refuse(waiting, {kErrVersionNewer,
                     "the operation is made at version " + std::to_string(*request.version) +
                         " of a document at version " + std::to_string(batch_->candidate.version)});
    batch_->members.push_back(std::move(waiting));
    return;
  }
  if (needs_history(waiting)) {
    read_history(std::move(waiting));
    return;
  }
  Result<void> judged = judge(waiting, now_ms);
  if (!judged) refuse(waiting, judged.error());
  batch_->members.push_back(std::move(waiting));
}

// Its base lies before the tail, or it comes from a source of which we cannot tell what it sent
// before.
bool Document::needs_history(const Waiting& waiting) const {
  const Submit& request = waiting.submission.request;
  if (waiting.rebasing.repeated()) return false;
  if (request.version && waiting.rebasing.at() < tail_.begin()) return true;
  const auto last = last_of(waiting.submission.source);
  if (!last) return true;
  const bool repeats_create = !request.version && *last && (*last)->sequence == request.sequence;
  return repeats_create && !waiting.repeated && (*last)->version < tail_.begin();
}

void Document::read_history(Waiting waiting) {
  const std::uint64_t ticket = next_ticket_++;
  const std::uint64_t to = tail_.begin();
  const std::uint64_t from =
      waiting.submission.request.version ? std::min(waiting.rebasing.at(), to) : to;
  effects_.emplace_back(ReadHistory{ticket, waiting.submission.source,
                                    waiting.submission.request.sequence, from, to});
  reading_.emplace(ticket, std::move(waiting));
}

// Recognises the submission or takes it over all that is before it, and writes it into the batch.
Result<void> Document::judge(Waiting& waiting, std::int64_t now_ms) {
  const bool has_base = waiting.submission.request.version.has_value();
  Rebasing& committed = waiting.rebasing;
  while (has_base && committed.at() < committed_.version && !committed.repeated()) {
    if (Result<void> passed = committed.pass(tail_.at(committed.at())); !passed) return passed;
  }
  Rebasing rebased = committed;
  if (!has_base) rebased.start_at(batch_->candidate.version);
  while (rebased.at() < batch_->candidate.version && !rebased.repeated()) {
    if (Result<void> passed = rebased.pass(batch_->records[rebased.at() - committed_.version]);
        !passed)
      return passed;
  }
  if (rebased.repeated()) return answer_repeat(waiting, rebased, *rebased.repeated());
  if (const auto last = *last_of(waiting.submission.source);
      last && last->sequence >= waiting.submission.request.sequence) {
    return answer_old_sequence(waiting, rebased, *last);
  }
  return write(waiting, rebased, now_ms);
}

// The submission is in the log or in the batch as `record`: one more waiter for its ack, if it
// really is the same.
Result<void> Document::answer_repeat(const Waiting& waiting, const Rebasing& rebased,
                                     const storage::Record& record) {
  if (!same_effect(rebased.change(), record.change)) {
    return Error{kErrSequenceReused, "sequence " + std::to_string(record.sequence) +
                                         " of this source is another operation, at version " +
                                         std::to_string(record.version)};
  }
  acknowledge(waiting, rebased, record.version);
  return {};
}

// The source has gone past this sequence, and no record since the submission's base holds it. Only
// a client that never fetched the document can mean it honestly, when it repeats its create.
Result<void> Document::answer_old_sequence(const Waiting& waiting, const Rebasing& rebased,
                                           const storage::SourceEntry& last) {
  if (!waiting.submission.request.version) {
    if (const RecordPtr repeated = find_repeated(waiting)) {
      return answer_repeat(waiting, rebased, *repeated);
    }
  }
  return Error{kErrSequenceReused, "this source has sent sequence " +
                                       std::to_string(last.sequence) + " already, at version " +
                                       std::to_string(last.version)};
}

// The record with this source and sequence, among those in memory and the one that was looked up.
RecordPtr Document::find_repeated(const Waiting& waiting) const {
  const auto same = [&](const RecordPtr& record) {
    return record->sequence == waiting.submission.request.sequence &&
           record->source == waiting.submission.source;
  };
  if (const auto found = std::ranges::find_if(batch_->records, same);
      found != batch_->records.end()) {
    return *found;
  }
  for (std::uint64_t version = tail_.end(); version-- > tail_.begin();) {
    if (same(tail_.at(version))) return tail_.at(version);
  }
  return waiting.repeated;
}

// The last check: does the change fit the text that it meets, and the limits?
Result<void> Document::write(const Waiting& waiting, const Rebasing& rebased, std::int64_t now_ms) {
  const storage::Change& change = rebased.change();
  storage::Snapshot& candidate = batch_->candidate;
  if (std::holds_alternative<storage::Create>(change) && candidate.exists) {
    return Error{kErrDocAlreadyCreated,
                 "the document exists already, at version " + std::to_string(candidate.version)};
  }
  if (std::holds_alternative<storage::Edit>(change) && !candidate.exists) {
    return Error{kErrDocDoesNotExist,
                 "the document does not exist, at version " + std::to_string(candidate.version)};
  }
  const Submission& submission = waiting.submission;
  auto record = std::make_shared<const storage::Record>(storage::Record{
      .version = candidate.version,
      .source = submission.source,
      .sequence = submission.request.sequence,
      .author = submission.author,
      .time_ms = std::max(now_ms, candidate.time_ms),
      .change = change,
  });
  const storage::Snapshot before = may_outgrow(candidate, change) ? candidate : storage::Snapshot{};
  if (Result<void> applied = storage::apply(candidate, *record); !applied) return applied;
  if (candidate.text.bytes() > kDocumentBytesMax && candidate.text.bytes() > before.text.bytes()) {
    candidate = before;
    return Error{kErrDocumentTooLarge, "the document would be larger than " +
                                           std::to_string(kDocumentBytesMax) + " bytes"};
  }
  batch_->bytes += waiting.bytes;
  batch_->sources[submission.source] = {record->sequence, record->version};
  acknowledge(waiting, rebased, record->version);
  batch_->records.push_back(std::move(record));
  return {};
}

void Document::acknowledge(const Waiting& waiting, const Rebasing& rebased, std::uint64_t version) {
  const Submission& submission = waiting.submission;
  batch_->acks.push_back({submission.session, submission.source, submission.request.sequence,
                          version, rebased.missed(), submission.bytes});
}

void Document::refuse(const Waiting& waiting, Error error) {
  batch_->refusals.push_back({waiting.submission.session, waiting.submission.request,
                              std::move(error), waiting.submission.bytes});
}

// ---- The outcome

void Document::commit_batch() {
  const std::unique_ptr<Batch> batch = std::move(batch_);
  committed_ = std::move(batch->candidate);
  for (const RecordPtr& record : batch->records) follow(record);
  effects_.emplace_back(Announce{
      {key_, std::move(batch->records), {}, std::move(batch->acks), std::move(batch->refusals)}});
  state_ = State::kReady;
  consider_checkpoint();
}

// Its members go back to the head of the queue, in their order.
void Document::take_back_batch() {
  queue_.insert(queue_.begin(), std::make_move_iterator(batch_->members.begin()),
                std::make_move_iterator(batch_->members.end()));
  batch_.reset();
}

// Notes a record that committed_ holds by now.
void Document::follow(const RecordPtr& record) {
  tail_.push(record);
  bytes_since_checkpoint_ += record_bytes(*record);
  sources_[record->source] = storage::SourceEntry{record->sequence, record->version};
  if (!reading_.empty())
    return;  // Those who wait for the log count on what was here when they asked.

  std::uint64_t keep = tail_.end();
  for (const Waiting& waiting : queue_) {
    if (waiting.submission.request.version) keep = std::min(keep, waiting.rebasing.at());
  }
  tail_.trim(keep);
  if (tail_.begin() > 0 && sources_.size() > kKnownSourcesMax) sources_.clear();
}

void Document::consider_checkpoint() {
  const std::uint64_t records = committed_.version - checkpoint_version_;
  if (records < kCheckpointRecords &&
      bytes_since_checkpoint_ < kCheckpointBytes + committed_.text.bytes())
    return;
  checkpoint_version_ = committed_.version;
  bytes_since_checkpoint_ = 0;
  effects_.emplace_back(SaveCheckpoint{committed_});
}

std::optional<std::optional<storage::SourceEntry>> Document::last_of(
    const std::string& source) const {
  if (batch_) {
    if (const auto found = batch_->sources.find(source); found != batch_->sources.end())
      return std::optional(found->second);
  }
  if (const auto found = sources_.find(source); found != sources_.end()) return found->second;
  if (tail_.begin() == 0) return std::optional<storage::SourceEntry>();
  return std::nullopt;
}

}  // namespace cowrite::server
