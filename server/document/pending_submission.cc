#include "server/document/pending_submission.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ot/base/check.h"
#include "server/document/limits.h"
#include "server/protocol/error_codes.h"

namespace cowrite::document {
namespace {

// A client that never fetched the document means its present version, whatever that is when its
// turn comes; until then 0 stands for it.
std::uint64_t base_of(const Submission& submission) {
  return submission.request.version.value_or(0);
}

Error missing(std::uint64_t version) {
  return {protocol::kErrLogUnavailable, "the log has no record " + std::to_string(version)};
}

}  // namespace

PendingSubmission::PendingSubmission(Submission submission)
    : submission_(std::move(submission)),
      rebasing_(std::exchange(submission_.request.change, storage::Delete{}), base_of(submission_)),
      bytes_(change_bytes(rebasing_.change())),
      read_until_(base_of(submission_)) {}

// ---- Old records

// Old records are needed, or it comes from a source of which we cannot tell what it sent before.
bool PendingSubmission::needs_history(const RecentRecords& tail,
                                      const std::optional<LastSubmission>& last) const {
  if (rebasing_.repeated()) return false;
  if (needs_old_records(tail, last) || !last) return true;
  const bool is_repeat = *last && (*last)->sequence == request().sequence &&
                         (!request().version || (*last)->version >= rebasing_.at());
  return is_repeat && (*last)->version < tail.begin() && !looked_up_;
}

// It is to be rebased over records older than the tail, and their shapes do not do: its author is
// to be sent the records, the shapes are not there, or it may be one of the records but is not its
// source's last.
bool PendingSubmission::needs_old_records(const RecentRecords& tail,
                                          const std::optional<LastSubmission>& last) const {
  if (!request().version || rebasing_.at() >= tail.begin()) return false;
  if (tail.end() - rebasing_.at() <= kMissedRecordsMax) return true;
  if (rebasing_.at() < tail.reach() || !rebasing_.needs_no_records()) return true;
  return last && *last && (*last)->sequence > request().sequence;
}

HistoryWanted PendingSubmission::want(const RecentRecords& tail,
                                      const std::optional<LastSubmission>& last) {
  reads_records_ = needs_old_records(tail, last);
  return {.source = submission_.source,
          .sequence = request().sequence,
          .from = reads_records_ ? rebasing_.at() : tail.begin(),
          .to = tail.begin()};
}

Result<void> PendingSubmission::take(HistoryChunk chunk, const LastSubmission& last) {
  const bool is_repeat = chunk.last && chunk.last->sequence == request().sequence;
  if (is_repeat && !chunk.repeated) return missing(chunk.last->version);
  if (is_repeat) looked_up_ = std::make_shared<const storage::Record>(*std::move(chunk.repeated));
  if (!reads_records_) return {};
  if (chunk.records.empty()) return missing(rebasing_.at());
  RecentRecords records(rebasing_.at());
  for (storage::Record& record : chunk.records) {
    read_bytes_ += record_bytes(record);
    records.push(std::make_shared<const storage::Record>(std::move(record)));
  }
  if (read_bytes_ > kMissedBytesMax) {
    read_.clear();
  } else {
    const std::vector<RecordPtr> read = records.range(records.begin(), records.end());
    read_.insert(read_.end(), read.begin(), read.end());
  }
  read_until_ = records.end();
  return rebasing_.pass(records, own_record(records.begin(), records, last));
}

// A batch that was not committed has taken it on, and its author must see what it passed.
std::uint64_t PendingSubmission::uses_from(const RecentRecords& tail) const {
  if (!request().version) return tail.end();
  return read_until_ < tail.begin() ? rebasing_.at() : std::min(read_until_, rebasing_.at());
}

// ---- Its own record

// A source's sequences go up, so mostly its last one tells.
RecordPtr PendingSubmission::own_record(std::uint64_t from, const RecentRecords& records,
                                        const LastSubmission& last) const {
  const std::uint64_t sequence = request().sequence;
  if (!last || last->sequence < sequence) return nullptr;
  if (last->sequence == sequence) {
    if (last->version < from || last->version >= records.end()) return nullptr;
    if (last->version >= records.begin()) return records.at(last->version);
    CHECK(looked_up_ && looked_up_->version == last->version);
    return looked_up_;
  }
  for (std::uint64_t v = std::max(from, records.begin()); v < records.end(); ++v) {
    if (records.at(v)->sequence == sequence && records.at(v)->source == submission_.source) {
      return records.at(v);
    }
  }
  return nullptr;
}

RecordPtr PendingSubmission::find_repeated(const RecentRecords& newest,
                                           const RecentRecords& tail) const {
  for (const RecentRecords* records : {&newest, &tail}) {
    for (std::uint64_t version = records->end(); version-- > records->begin();) {
      const RecordPtr& record = records->at(version);
      if (record->sequence == request().sequence && record->source == submission_.source) {
        return record;
      }
    }
  }
  return looked_up_;
}

// ---- Its author

std::vector<RecordPtr> PendingSubmission::missed(std::uint64_t version, const RecentRecords& tail,
                                                 const RecentRecords& newest) const {
  std::uint64_t next = read_until_;
  if (!request().version || read_bytes_ > kMissedBytesMax ||
      (next < version && next < tail.begin())) {
    return {};
  }
  std::vector<RecordPtr> missed = read_;
  // It may have been read further than its own record.
  while (!missed.empty() && missed.back()->version >= version) missed.pop_back();
  std::size_t bytes = read_bytes_;
  for (; next < version; ++next) {
    missed.push_back(next < tail.end() ? tail.at(next) : newest.at(next));
    bytes += record_bytes(*missed.back());
    if (bytes > kMissedBytesMax) return {};
  }
  return missed;
}

}  // namespace cowrite::document
