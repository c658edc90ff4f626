#include "server/document/batch.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "server/document/limits.h"
#include "server/document/rebase.h"
#include "server/protocol/error_codes.h"
#include "storage/limits.h"

namespace cowrite::document {
namespace {

// Only then is the text before the change kept, which would make the rope copy what it changes in
// place otherwise.
bool may_outgrow(const storage::Snapshot& snapshot, const storage::Change& change) {
  return snapshot.text.bytes() + change_bytes(change) > storage::kDocumentBytesMax;
}

}  // namespace

Batch::Batch(storage::Snapshot committed)
    : candidate_(std::move(committed)), made_(candidate_.version) {}

std::optional<LastSubmission> Batch::last_of(const std::string& source,
                                             const LogCache& known) const {
  const auto last = made_.last_of(source);
  return last && *last ? last : known.last_of(source);
}

bool Batch::full() const {
  return made_.tail().size() >= kBatchRecordsMax || bytes_ >= kBatchBytesMax;
}

void Batch::add(PendingSubmission waiting, LogCache& known, std::int64_t now_ms) {
  Result<void> judged = judge(waiting, known, now_ms);
  if (!judged) {
    answers_.push_back(answer_with_error(waiting.submission(), judged.error(), candidate_.version));
  }
  members_.push_back(std::move(waiting));
}

Result<void> Batch::judge(PendingSubmission& waiting, LogCache& known, std::int64_t now_ms) {
  const std::optional<std::uint64_t> base = waiting.request().version;
  if (base && *base > candidate_.version) {
    return Error{protocol::kErrVersionNewer,
                 "the operation is made at version " + std::to_string(*base) +
                     " of a document at version " + std::to_string(candidate_.version)};
  }
  RecentRecords& tail = known.tail();
  const LastSubmission last = *last_of(waiting.submission().source, known);
  RebaseProgress& committed = waiting.rebasing();
  if (base && !committed.repeated()) {
    const RecordPtr own = waiting.own_record(committed.at(), tail, last);
    if (Result<void> passed = committed.pass(tail, own); !passed) return passed;
  }
  RebaseProgress rebased = committed;
  if (!base) rebased.start_at(candidate_.version);
  if (!rebased.repeated()) {
    const RecordPtr own = waiting.own_record(rebased.at(), made_.tail(), last);
    if (Result<void> passed = rebased.pass(made_.tail(), own); !passed) return passed;
  }
  if (rebased.repeated()) return answer_repeat(waiting, rebased, *rebased.repeated(), tail);
  if (last && last->sequence >= waiting.request().sequence) {
    return answer_old_sequence(waiting, rebased, *last, tail);
  }
  return write(waiting, rebased, tail, now_ms);
}

// The submission is in the log or in the batch as `record`: one more waiter for its ack, if it
// really is the same.
Result<void> Batch::answer_repeat(const PendingSubmission& waiting, const RebaseProgress& rebased,
                                  const storage::Record& record, const RecentRecords& tail) {
  if (!same_effect(rebased.change(), record.change)) {
    return Error{protocol::kErrSequenceReused,
                 "sequence " + std::to_string(record.sequence) +
                     " of this source is another operation, at version " +
                     std::to_string(record.version)};
  }
  acknowledge(waiting, record.version, tail);
  return {};
}

// The source has gone past this sequence, and no record since the submission's base holds it. Only
// a client that never fetched the document can mean it honestly, when it repeats its create.
Result<void> Batch::answer_old_sequence(const PendingSubmission& waiting,
                                        const RebaseProgress& rebased,
                                        const storage::SourceEntry& last,
                                        const RecentRecords& tail) {
  if (!waiting.request().version) {
    if (const RecordPtr repeated = waiting.find_repeated(made_.tail(), tail)) {
      return answer_repeat(waiting, rebased, *repeated, tail);
    }
  }
  return Error{protocol::kErrSequenceReused,
               "this source has sent sequence " + std::to_string(last.sequence) +
                   " already, at version " + std::to_string(last.version)};
}

// The last check: does the change fit the text that it meets, and the limits?
Result<void> Batch::write(const PendingSubmission& waiting, const RebaseProgress& rebased,
                          const RecentRecords& tail, std::int64_t now_ms) {
  const storage::Change& change = rebased.change();
  if (std::holds_alternative<storage::Create>(change) && candidate_.exists) {
    return Error{protocol::kErrDocAlreadyCreated,
                 "the document exists already, at version " + std::to_string(candidate_.version)};
  }
  if (std::holds_alternative<storage::Edit>(change) && !candidate_.exists) {
    return Error{protocol::kErrDocDoesNotExist,
                 "the document does not exist, at version " + std::to_string(candidate_.version)};
  }
  const Submission& submission = waiting.submission();
  auto record = std::make_shared<const storage::Record>(storage::Record{
      .version = candidate_.version,
      .source = submission.source,
      .sequence = submission.request.sequence,
      .author = submission.author,
      .time_ms = std::max(now_ms, candidate_.time_ms),
      .change = change,
  });
  const storage::Snapshot before =
      may_outgrow(candidate_, change) ? candidate_ : storage::Snapshot{};
  if (Result<void> applied = storage::apply(candidate_, *record); !applied) return applied;
  if (candidate_.text.bytes() > storage::kDocumentBytesMax &&
      candidate_.text.bytes() > before.text.bytes()) {
    candidate_ = before;
    return Error{protocol::kErrDocumentTooLarge, "the document would be larger than " +
                                                     std::to_string(storage::kDocumentBytesMax) +
                                                     " bytes"};
  }
  bytes_ += waiting.bytes();
  acknowledge(waiting, record->version, tail);
  made_.push(std::move(record));
  return {};
}

void Batch::acknowledge(const PendingSubmission& waiting, std::uint64_t version,
                        const RecentRecords& tail) {
  const Submission& submission = waiting.submission();
  answers_.push_back({submission.session, submission.bytes,
                      Ack{submission.source, submission.request.sequence, version,
                          waiting.missed(version, tail, made_.tail())}});
}

storage::Append Batch::append(const storage::DocumentKey& key) const {
  const RecentRecords& made = made_.tail();
  auto records = std::make_shared<std::vector<storage::Record>>();
  for (const RecordPtr& record : made.range(made.begin(), made.end())) records->push_back(*record);
  return {key, made.begin(), std::move(records), candidate_.exists, candidate_.text.bytes()};
}

CommitNotice Batch::announce(const storage::DocumentKey& key) && {
  const RecentRecords& made = made_.tail();
  return {key, made.range(made.begin(), made.end()),
          /*encoded=*/{}, std::move(answers_)};
}

}  // namespace cowrite::document
