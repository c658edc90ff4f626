#include "server/document/judgement.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ot/base/check.h"
#include "server/document/limits.h"
#include "server/document/rebase.h"
#include "server/protocol/error_codes.h"

namespace cowrite::document {
namespace {

using storage::SourceEntry;

Error missing(std::uint64_t version) {
  return {protocol::kErrLogUnavailable, "the log has no record " + std::to_string(version)};
}

// The record that is the submission itself, if it is among these from version `from` on; else null.
// A source's sequences go up, so mostly its last one tells; a record that these do not reach back
// to was read by now.
RecordPtr find_own(const PendingSubmission& pending, const SourceEntry* last,
                   const RecentRecords& records, std::uint64_t from) {
  if (!last || last->sequence < pending.sequence()) return nullptr;
  if (last->sequence == pending.sequence()) {
    const std::uint64_t version = last->version;
    if (version < from || version >= records.end()) return nullptr;
    if (version >= records.begin()) return records.at(version);
    CHECK(pending.stored_record() && pending.stored_record()->version == version);
    return pending.stored_record();
  }
  for (std::uint64_t v = std::max(from, records.begin()); v < records.end(); ++v) {
    if (pending.is_in(*records.at(v))) return records.at(v);
  }
  return nullptr;
}

class Judgement {
 public:
  Judgement(PendingSubmission& pending, const Evidence& evidence)
      : pending_(pending),
        log_(evidence.log.recent()),
        batch_(evidence.batch.recent()),
        newest_(evidence.newest),
        last_(last_submission(pending.submission().source, evidence.log, evidence.batch)) {}

  Verdict judge(std::int64_t now_ms) {
    if (pending_.base() > newest_.version) return from_the_future();
    if (only_the_log_knows()) return read_first();   // 1. Recognised?
    if (is_stored_elsewhere()) return read_first();  // 2. Stored elsewhere?
    if (is_far_behind()) return read_first();        // 3. Far behind?
    Result<storage::Change> rebased = rebase();      // 4.
    if (!rebased) return rebased.error();
    if (own_) return acknowledge(*rebased);
    if (may_be_stored()) return sequence_reused();
    return try_on_text(*std::move(rebased), now_ms);  // 5.
  }

 private:
  [[nodiscard]] Error from_the_future() const {
    return {protocol::kErrVersionNewer,
            "the operation is made at version " + std::to_string(*pending_.base()) +
                " of a document at version " + std::to_string(newest_.version)};
  }

  // ---- 1. Recognised

  // Null if its source never submitted, or only the log can tell.
  [[nodiscard]] const SourceEntry* last() const { return std::get_if<SourceEntry>(&last_); }
  // A source's sequences go up.
  [[nodiscard]] bool may_be_stored() const {
    return last() && last()->sequence >= pending_.sequence();
  }
  // It has met its own record in the log: nothing more is needed to know it.
  [[nodiscard]] bool is_recognised() const { return pending_.progress().repeated() != nullptr; }

  // Nobody here knows what its source submitted last.
  [[nodiscard]] bool only_the_log_knows() const {
    return std::holds_alternative<OnlyInLog>(last_) && !is_recognised();
  }

  // ---- 2. Stored elsewhere

  [[nodiscard]] bool is_stored_elsewhere() const {
    if (is_recognised() || pending_.stored_record()) return false;
    const bool is_last = last() && last()->sequence == pending_.sequence();
    return is_last && last()->version < log_.begin() &&
           (!pending_.base() || last()->version >= pending_.progress().at());
  }

  // ---- 3. Far behind

  // True if it must pass records that are not in memory and their shapes are not enough: because
  // its author is to be sent the records, because the shapes are gone, or because it may be one of
  // the records without being its source's last.
  [[nodiscard]] bool is_far_behind() const {
    const RebaseProgress& progress = pending_.progress();
    if (!pending_.base() || is_recognised() || progress.at() >= log_.begin()) return false;
    return log_.end() - progress.at() <= kMissedRecordsMax || progress.at() < log_.reach() ||
           !progress.needs_no_records() || (last() && last()->sequence > pending_.sequence());
  }

  [[nodiscard]] ReadFirst read_first() const {
    return {{.source = pending_.submission().source,
             .sequence = pending_.sequence(),
             .from = is_far_behind() ? pending_.progress().at() : log_.begin(),
             .to = log_.begin()}};
  }

  // ---- 4. Rebased

  // Over the log, for good, and then over the batch; but no further than its own record.
  [[nodiscard]] Result<storage::Change> rebase() {
    RebaseProgress& over_log = pending_.progress();
    if (!pending_.base()) {  // It is to be made at the present version, whatever that is.
      own_ = find_own_anywhere();
      return over_log.change();
    }
    if (!over_log.repeated()) {
      const RecordPtr own = find_own(pending_, last(), log_, over_log.at());
      if (const Result<void> passed = over_log.pass(log_, own); !passed) return passed.error();
    }
    RebaseProgress progress = over_log;
    if (!progress.repeated()) {
      const RecordPtr own = find_own(pending_, last(), batch_, progress.at());
      if (const Result<void> passed = progress.pass(batch_, own); !passed) return passed.error();
    }
    own_ = progress.repeated();
    return std::move(progress).take_change();
  }

  // Only a client that never fetched the document sends no base, when it repeats its create.
  [[nodiscard]] RecordPtr find_own_anywhere() const {
    if (!may_be_stored()) return nullptr;
    for (const RecentRecords* records : {&batch_, &log_}) {
      for (std::uint64_t version = records->end(); version-- > records->begin();) {
        if (pending_.is_in(*records->at(version))) return records->at(version);
      }
    }
    return pending_.stored_record();
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
            "this source has sent sequence " + std::to_string(last()->sequence) +
                " already, at version " + std::to_string(last()->version)};
  }

  // ---- 5. Tried

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
  const LastSubmission last_;
  RecordPtr own_;  // The record that is the submission itself, once it was found.
};

}  // namespace

LastSubmission last_submission(const std::string& source, const LogCache& log,
                               const LogCache& batch) {
  const LastSubmission in_batch = batch.last_submission(source);
  return std::holds_alternative<SourceEntry>(in_batch) ? in_batch : log.last_submission(source);
}

Verdict judge(PendingSubmission& pending, const Evidence& evidence, std::int64_t now_ms) {
  return Judgement(pending, evidence).judge(now_ms);
}

Result<void> take_over_history(PendingSubmission& pending, const HistoryWanted& wanted,
                               HistoryChunk chunk, const LastSubmission& last) {
  const bool is_last = chunk.last && chunk.last->sequence == pending.sequence();
  if (is_last && !chunk.stored) return missing(chunk.last->version);
  if (is_last) pending.set_stored_record(*std::move(chunk.stored));
  if (wanted.from == wanted.to) return {};
  if (chunk.records.empty()) return missing(wanted.from);
  RecentRecords records(wanted.from);
  for (storage::Record& record : chunk.records) {
    records.push(std::make_shared<const storage::Record>(std::move(record)));
  }
  pending.keep_passed(records);
  const RecordPtr own =
      find_own(pending, std::get_if<SourceEntry>(&last), records, records.begin());
  return pending.progress().pass(records, own);
}

}  // namespace cowrite::document
