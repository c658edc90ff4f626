#include "server/document/pending_submission.h"

#include <algorithm>
#include <utility>

#include "server/document/limits.h"

namespace cowrite::document {

PendingSubmission::PendingSubmission(Submission submission)
    : submission_(std::move(submission)),
      progress_(std::exchange(submission_.request.change, storage::Delete{}), base().value_or(0)),
      bytes_(change_bytes(progress_.change())),
      passed_until_(base().value_or(0)) {}

bool PendingSubmission::is_source(const std::string& source) const {
  if (source == submission_.source) return true;
  return submission_.source_id && source == *submission_.source_id;
}

RecordPtr PendingSubmission::find_own_record(const RecentRecords& records) const {
  for (std::uint64_t v = std::max(progress_.at(), records.begin()); v < records.end(); ++v) {
    const RecordPtr& record = records.at(v);
    if (record->sequence == sequence() && is_source(record->source)) return record;
  }
  return nullptr;
}

void PendingSubmission::keep_passed(const RecentRecords& records) {
  const std::vector<RecordPtr> passed = records.since(records.begin());
  for (const RecordPtr& record : passed) passed_bytes_ += record_bytes(*record);
  if (passed_bytes_ > kMissedBytesMax) {
    passed_.clear();
  } else {
    passed_.insert(passed_.end(), passed.begin(), passed.end());
  }
  passed_until_ = records.end();
}

std::vector<RecordPtr> PendingSubmission::missed(std::uint64_t version,
                                                 const RecentRecords& committed,
                                                 const RecentRecords& batch) const {
  if (!base() || version - *base() > kMissedRecordsMax || passed_bytes_ > kMissedBytesMax) {
    return {};
  }
  std::uint64_t next = passed_until_;
  if (next < version && next < committed.begin()) return {};
  std::vector<RecordPtr> missed = passed_;
  // More may have been read than the records before its own.
  while (!missed.empty() && missed.back()->version >= version) missed.pop_back();
  std::size_t bytes = passed_bytes_;
  for (; next < version; ++next) {
    missed.push_back(next < committed.end() ? committed.at(next) : batch.at(next));
    bytes += record_bytes(*missed.back());
    if (bytes > kMissedBytesMax) return {};
  }
  return missed;
}

std::uint64_t PendingSubmission::uses_from(const RecentRecords& committed) const {
  if (!base()) return committed.end();
  if (passed_until_ < committed.begin()) return progress_.at();
  return std::min(passed_until_, progress_.at());
}

}  // namespace cowrite::document
