#include "server/document/judgement.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/document/limits.h"
#include "server/document/rebase.h"
#include "server/protocol/error_codes.h"

namespace cowrite::document {
namespace {

using storage::SourceEntry;

class Judgement {
 public:
  Judgement(PendingSubmission& pending, const LastSubmission& last, const LogAndBatch& over)
      : pending_(pending),
        log_(over.log),
        batch_(over.batch),
        newest_(over.newest),
        only_in_log_(std::holds_alternative<OnlyInLog>(last)),
        last_(std::get_if<SourceEntry>(&last)) {}

  Verdict judge(std::int64_t now_ms) {
    if (pending_.base() > newest_.version) return from_the_future();
    const bool far_behind = is_far_behind();
    if (far_behind || log_tells_of_own_record()) {
      return ReadFirst{far_behind ? log_.begin() : pending_.progress().at()};
    }
    Result<storage::Change> rebased = rebase();
    if (!rebased) return rebased.error();
    if (own_) return acknowledge(*rebased);
    if (may_have_own_record()) return sequence_reused();
    return try_on_text(*std::move(rebased), now_ms);
  }

 private:
  [[nodiscard]] Error from_the_future() const {
    return {protocol::kErrVersionNewer,
            "the operation is made at version " + std::to_string(*pending_.base()) +
                " of a document at version " + std::to_string(newest_.version)};
  }

  // ---- 1. Own record

  // A source's sequences go up.
  [[nodiscard]] bool may_have_own_record() const {
    return last_ && last_->sequence >= pending_.sequence();
  }

  // Only the log knows whether it has a record of its own, or what is in that.
  [[nodiscard]] bool log_tells_of_own_record() const {
    if (pending_.own_record()) return false;
    return only_in_log_ ||
           (last_ && last_->sequence == pending_.sequence() &&
            last_->version >= pending_.progress().at() && last_->version < log_.begin());
  }

  // ---- 2. Far behind

  // True if it must pass records that are not in memory and their shapes are not enough: because
  // the shapes are gone, or because it may be one of the records without being its source's last.
  [[nodiscard]] bool is_far_behind() const {
    if (!pending_.base()) return false;
    const RebaseProgress& progress = pending_.progress();
    const RecordPtr& own = pending_.own_record();
    if (progress.at() >= log_.begin() || (own && progress.at() == own->version)) return false;
    return progress.at() < log_.reach() || !progress.needs_no_records() ||
           (last_ && last_->sequence > pending_.sequence());
  }

  // ---- 3. Rebased

  // Over the log, for good, and then over the batch; but no further than its own record.
  [[nodiscard]] Result<storage::Change> rebase() {
    own_ = find_own_record();
    RebaseProgress& over_log = pending_.progress();
    // Without a base it is to be made at the present version, whatever that is.
    if (!pending_.base()) return over_log.change();
    const std::uint64_t to = own_ ? own_->version : batch_.end();
    Result<void> passed = over_log.pass(log_, std::min(to, log_.end()));
    if (!passed) return passed.error();
    RebaseProgress over_batch = over_log;
    passed = over_batch.pass(batch_, to);
    if (!passed) return passed.error();
    return std::move(over_batch).take_change();
  }

  // In the log, and then for good, or in the batch.
  [[nodiscard]] RecordPtr find_own_record() {
    if (pending_.own_record() || !may_have_own_record()) return pending_.own_record();
    pending_.set_own_record(pending_.find_own_record(log_));
    return pending_.own_record() ? pending_.own_record() : pending_.find_own_record(batch_);
  }

  // One more waiter for the record's ack, if it really is the same.
  [[nodiscard]] Verdict acknowledge(const storage::Change& rebased) const {
    if (same_effect(rebased, own_->change)) return Repeated{own_->version};
    return Error{protocol::kErrSequenceReused,
                 "sequence " + std::to_string(own_->sequence) +
                     " of this source is another operation, at version " +
                     std::to_string(own_->version)};
  }

  // The source has gone past this sequence, and no record since the submission's base holds it.
  [[nodiscard]] Error sequence_reused() const {
    return {protocol::kErrSequenceReused,
            "this source has sent sequence " + std::to_string(last_->sequence) +
                " already, at version " + std::to_string(last_->version)};
  }

  // ---- 4. Tried

  [[nodiscard]] Verdict try_on_text(storage::Change change, std::int64_t now_ms) {
    if (std::holds_alternative<storage::Create>(change) && newest_.exists) {
      return Error{protocol::kErrDocAlreadyCreated,
                   "the document exists already, at version " + std::to_string(newest_.version)};
    }
    if (std::holds_alternative<storage::Edit>(change) && !newest_.exists) {
      return Error{protocol::kErrDocDoesNotExist,
                   "the document does not exist, at version " + std::to_string(newest_.version)};
    }
    // Only then is the text before the change kept, which would make the rope copy what it changes
    // in place otherwise.
    const bool may_outgrow =
        newest_.text.bytes() + change_bytes(change) > storage::kDocumentBytesMax;
    const storage::Snapshot before = may_outgrow ? newest_ : storage::Snapshot{};
    const Submission& submission = pending_.submission();
    auto record = std::make_shared<const storage::Record>(storage::Record{
        .version = newest_.version,
        .source = submission.source,
        .sequence = submission.request.sequence,
        .author = submission.author,
        .time_ms = std::max(now_ms, newest_.time_ms),
        .change = std::move(change),
    });
    if (Result<void> applied = storage::apply(newest_, *record); !applied) return applied.error();
    if (newest_.text.bytes() > storage::kDocumentBytesMax &&
        newest_.text.bytes() > before.text.bytes()) {
      newest_ = before;
      return Error{protocol::kErrDocumentTooLarge, "the document would be larger than " +
                                                       std::to_string(storage::kDocumentBytesMax) +
                                                       " bytes"};
    }
    return Accepted{std::move(record)};
  }

  PendingSubmission& pending_;
  RecentRecords& log_;
  RecentRecords& batch_;
  storage::Snapshot& newest_;
  const bool only_in_log_;         // What its source submitted last.
  const SourceEntry* const last_;  // That; null if it is nothing, or only in the log.
  RecordPtr own_;                  // The record that is the submission itself, if there is one.
};

}  // namespace

Verdict judge(PendingSubmission& pending, const LastSubmission& last, const LogAndBatch& over,
              std::int64_t now_ms) {
  return Judgement(pending, last, over).judge(now_ms);
}

}  // namespace cowrite::document
