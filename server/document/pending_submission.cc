#include "server/document/pending_submission.h"

#include <algorithm>
#include <utility>

#include "server/document/limits.h"

namespace cowrite::document {

PendingSubmission::PendingSubmission(Submission submission)
    : submission_(std::move(submission)),
      progress_(std::exchange(submission_.request.change, storage::Delete{}), base().value_or(0)),
      bytes_(change_bytes(progress_.change())) {}

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

std::optional<std::uint64_t> PendingSubmission::missed_from(std::uint64_t version,
                                                            const RecentRecords& committed,
                                                            const RecentRecords& batch) const {
  if (!base() || *base() < committed.begin() || version <= *base()) return std::nullopt;
  const std::uint64_t end = committed.end();
  const auto sum = [&](auto of) {
    return (committed.*of)(std::min(*base(), end), std::min(version, end)) +
           (batch.*of)(std::max(*base(), end), std::max(version, end));
  };
  if (sum(&RecentRecords::bytes) > kMissedBytesMax) return std::nullopt;
  if (sum(&RecentRecords::components) > kMissedComponentsMax) return std::nullopt;
  return base();
}

}  // namespace cowrite::document
