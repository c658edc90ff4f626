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
  Rebasing rebasing;  // Over committed records only, so that it holds whatever becomes of a batch.
  std::size_t bytes = 0;

  // From the log, where the tail does not reach:
  RecordPtr repeated;            // The record with its source and sequence.
  bool reads_records = false;    // Being read.
  std::vector<RecordPtr> read;   // Those from its base on, for its author; none if too many.
  std::uint64_t read_until = 0;  // The version after them.
  std::size_t read_bytes = 0;
};

struct Document::Batch {
  storage::Snapshot candidate;  // The committed snapshot with the batch's records.
  Tail records;                 // What leads there.
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
  queue_.push_back({.submission = std::move(submission),
                    .rebasing = Rebasing(std::move(change), base),
                    .bytes = bytes,
                    .read_until = base});
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

  const Result<void> passed =
      chunk ? take_history(waiting, *std::move(chunk)) : Result<void>(chunk.error());
  if (passed) {
    queue_.push_front(std::move(waiting));
    return;
  }
  CommitNotice notice{.key = key_, .records = {}, .encoded = {}, .acks = {}, .refusals = {}};
  notice.refusals.push_back({waiting.submission.session, std::move(waiting.submission.request),
                             passed.error(), waiting.submission.bytes});
  effects_.emplace_back(Announce{std::move(notice)});
}

Result<void> Document::take_history(Waiting& waiting, HistoryChunk chunk) {
  // What was committed while the log was read is known better here.
  sources_.try_emplace(waiting.submission.source, chunk.last);
  const bool is_repeat = chunk.last && chunk.last->sequence == waiting.submission.request.sequence;
  if (is_repeat && !chunk.repeated)
    return Error{kErrLogUnavailable,
                 "the log has no record " + std::to_string(chunk.last->version)};
  if (is_repeat)
    waiting.repeated = std::make_shared<const storage::Record>(*std::move(chunk.repeated));
  if (!waiting.reads_records) return {};
  if (chunk.records.empty())
    return Error{kErrLogUnavailable,
                 "the log has no record " + std::to_string(waiting.rebasing.at())};
  Tail records(waiting.rebasing.at());
  for (storage::Record& record : chunk.records) {
    waiting.read_bytes += record_bytes(record);
    records.push(std::make_shared<const storage::Record>(std::move(record)));
  }
  if (waiting.read_bytes > kMissedBytesMax) {
    waiting.read.clear();
  } else {
    const std::vector<RecordPtr> read = records.range(records.begin(), records.end());
    waiting.read.insert(waiting.read.end(), read.begin(), read.end());
  }
  waiting.read_until = records.end();
  return waiting.rebasing.pass(records, own_record(waiting, records.begin(), records));
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
  if (queue_.empty()) return;
  batch_ =
      std::make_unique<Batch>(Batch{.candidate = committed_, .records = Tail(committed_.version)});
  while (!queue_.empty() && batch_->records.size() < kBatchRecordsMax &&
         batch_->bytes < kBatchBytesMax) {
    Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    admit(std::move(waiting), now_ms);
  }
  if (!batch_->records.empty()) {
    auto records = std::make_shared<std::vector<storage::Record>>();
    for (const RecordPtr& record :
         batch_->records.range(batch_->records.begin(), batch_->records.end())) {
      records->push_back(*record);
    }
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

// Old records are needed, or it comes from a source of which we cannot tell what it sent before.
bool Document::needs_history(const Waiting& waiting) const {
  const Submit& request = waiting.submission.request;
  if (waiting.rebasing.repeated()) return false;
  if (needs_old_records(waiting)) return true;
  const auto last = last_of(waiting.submission.source);
  if (!last) return true;
  const bool is_repeat = *last && (*last)->sequence == request.sequence &&
                         (!request.version || (*last)->version >= waiting.rebasing.at());
  return is_repeat && (*last)->version < tail_.begin() && !waiting.repeated;
}

// It is to be rebased over records older than the tail, and their shapes do not do: its author is
// to be sent the records, the shapes are not there, or it may be one of the records but is not its
// source's last.
bool Document::needs_old_records(const Waiting& waiting) const {
  const Submit& request = waiting.submission.request;
  const Rebasing& rebasing = waiting.rebasing;
  if (!request.version || rebasing.at() >= tail_.begin()) return false;
  if (tail_.end() - rebasing.at() <= kMissedRecordsMax) return true;
  if (rebasing.at() < tail_.reach() || !rebasing.needs_no_records()) return true;
  const auto last = last_of(waiting.submission.source);
  return last && *last && (*last)->sequence > request.sequence;
}

void Document::read_history(Waiting waiting) {
  const std::uint64_t ticket = next_ticket_++;
  const std::uint64_t to = tail_.begin();
  waiting.reads_records = needs_old_records(waiting);
  const std::uint64_t from = waiting.reads_records ? waiting.rebasing.at() : to;
  effects_.emplace_back(ReadHistory{ticket, waiting.submission.source,
                                    waiting.submission.request.sequence, from, to});
  reading_.emplace(ticket, std::move(waiting));
}

// Recognises the submission or takes it over all that is before it, and writes it into the batch.
Result<void> Document::judge(Waiting& waiting, std::int64_t now_ms) {
  const bool has_base = waiting.submission.request.version.has_value();
  Rebasing& committed = waiting.rebasing;
  if (has_base && !committed.repeated()) {
    const RecordPtr own = own_record(waiting, committed.at(), tail_);
    if (Result<void> passed = committed.pass(tail_, own); !passed) return passed;
  }
  Rebasing rebased = committed;
  if (!has_base) rebased.start_at(batch_->candidate.version);
  if (!rebased.repeated()) {
    const RecordPtr own = own_record(waiting, rebased.at(), batch_->records);
    if (Result<void> passed = rebased.pass(batch_->records, own); !passed) return passed;
  }
  if (rebased.repeated()) return answer_repeat(waiting, rebased, *rebased.repeated());
  if (const auto last = *last_of(waiting.submission.source);
      last && last->sequence >= waiting.submission.request.sequence) {
    return answer_old_sequence(waiting, rebased, *last);
  }
  return write(waiting, rebased, now_ms);
}

// The record that is the submission itself, if it is among `records` or their shapes, from `from`
// on; else null. A source's sequences go up, so mostly its last one tells.
RecordPtr Document::own_record(const Waiting& waiting, std::uint64_t from,
                               const Tail& records) const {
  const std::uint64_t sequence = waiting.submission.request.sequence;
  const std::string& source = waiting.submission.source;
  const auto last = *last_of(source);
  if (!last || last->sequence < sequence) return nullptr;
  if (last->sequence == sequence) {
    if (last->version < from || last->version >= records.end()) return nullptr;
    if (last->version >= records.begin()) return records.at(last->version);
    CHECK(waiting.repeated && waiting.repeated->version == last->version);
    return waiting.repeated;
  }
  for (std::uint64_t v = std::max(from, records.begin()); v < records.end(); ++v) {
    if (records.at(v)->sequence == sequence && records.at(v)->source == source)
      return records.at(v);
  }
  return nullptr;
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
  acknowledge(waiting, record.version);
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
  for (const Tail* records : {&std::as_const(batch_->records), &std::as_const(tail_)}) {
    for (std::uint64_t version = records->end(); version-- > records->begin();) {
      if (same(records->at(version))) return records->at(version);
    }
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
  acknowledge(waiting, record->version);
  batch_->records.push(std::move(record));
  return {};
}

void Document::acknowledge(const Waiting& waiting, std::uint64_t version) {
  const Submission& submission = waiting.submission;
  batch_->acks.push_back({submission.session, submission.source, submission.request.sequence,
                          version, missed(waiting, version), submission.bytes});
}

// The records from its base up to `version`, or none if they are too many or not in memory.
std::vector<RecordPtr> Document::missed(const Waiting& waiting, std::uint64_t version) const {
  std::uint64_t next = waiting.read_until;
  if (!waiting.submission.request.version || waiting.read_bytes > kMissedBytesMax ||
      (next < version && next < tail_.begin())) {
    return {};
  }
  std::vector<RecordPtr> missed = waiting.read;
  // It may have been read further than its own record.
  while (!missed.empty() && missed.back()->version >= version) missed.pop_back();
  std::size_t bytes = waiting.read_bytes;
  for (; next < version; ++next) {
    missed.push_back(next < tail_.end() ? tail_.at(next) : batch_->records.at(next));
    bytes += record_bytes(*missed.back());
    if (bytes > kMissedBytesMax) return {};
  }
  return missed;
}

void Document::refuse(const Waiting& waiting, Error error) {
  batch_->refusals.push_back({waiting.submission.session, waiting.submission.request,
                              std::move(error), waiting.submission.bytes});
}

// ---- The outcome

void Document::commit_batch() {
  const std::unique_ptr<Batch> batch = std::move(batch_);
  committed_ = std::move(batch->candidate);
  std::vector<RecordPtr> records = batch->records.range(batch->records.begin(), committed_.version);
  for (const RecordPtr& record : records) follow(record);
  effects_.emplace_back(
      Announce{{key_, std::move(records), {}, std::move(batch->acks), std::move(batch->refusals)}});
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
