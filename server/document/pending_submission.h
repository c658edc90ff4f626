// PendingSubmission: a submission on its way into the log. It tells whether it is there already, as
// a record of its own, and what its author has not seen.
//
// Both take old records where the client is far behind: what the tail does not hold is read from
// the log, part by part, and kept here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/document/log_cache.h"
#include "server/document/messages.h"
#include "server/document/rebase_progress.h"
#include "server/document/recent_records.h"
#include "storage/record.h"

namespace cowrite::document {

// What is to be read from the log for one submission.
struct HistoryWanted {
  // Look up this source's last submission, and its record if its sequence is this one.
  std::string source;
  std::uint64_t sequence = 0;
  std::uint64_t from = 0;  // Records from <= version < to; none if from == to.
  std::uint64_t to = 0;
};
struct HistoryChunk {
  LastSubmission last;
  std::optional<storage::Record> repeated;  // Its record, if that is what was asked about.
  std::vector<storage::Record> records;     // From `from` on; perhaps not all of them.
};

class PendingSubmission {
 public:
  explicit PendingSubmission(Submission submission);

  // As received, but for its change.
  [[nodiscard]] const Submission& submission() const { return submission_; }
  [[nodiscard]] const protocol::Submit& request() const { return submission_.request; }
  // The change, over committed records only, so that it holds whatever becomes of a batch.
  [[nodiscard]] RebaseProgress& rebasing() { return rebasing_; }
  [[nodiscard]] const RebaseProgress& rebasing() const { return rebasing_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // ---- Old records. `last` is of its source; absent if only the log can tell.

  // True if it cannot be judged before the log is read.
  [[nodiscard]] bool needs_history(const RecentRecords& tail,
                                   const std::optional<LastSubmission>& last) const;
  [[nodiscard]] HistoryWanted want(const RecentRecords& tail,
                                   const std::optional<LastSubmission>& last);
  // Goes over what was read. Fails if that forbids the change, or is not all there.
  [[nodiscard]] Result<void> take(HistoryChunk chunk, const LastSubmission& last);

  // The tail's records from here on are of use to it, or to its author.
  [[nodiscard]] std::uint64_t uses_from(const RecentRecords& tail) const;

  // ---- Its own record

  // The record that is the submission itself, if it is among `records` or their shapes, from `from`
  // on; else null.
  [[nodiscard]] RecordPtr own_record(std::uint64_t from, const RecentRecords& records,
                                     const LastSubmission& last) const;
  // The record with its source and sequence, whatever its base, if that is in `newest`, in `tail`
  // or was looked up; else null.
  [[nodiscard]] RecordPtr find_repeated(const RecentRecords& newest,
                                        const RecentRecords& tail) const;

  // ---- Its author

  // The records from its base up to `version`, or none if they are too many or not in memory.
  // `newest` follows `tail`.
  [[nodiscard]] std::vector<RecordPtr> missed(std::uint64_t version, const RecentRecords& tail,
                                              const RecentRecords& newest) const;

 private:
  [[nodiscard]] bool needs_old_records(const RecentRecords& tail,
                                       const std::optional<LastSubmission>& last) const;

  Submission submission_;
  RebaseProgress rebasing_;
  std::size_t bytes_;  // Of the change.

  // From the log:
  RecordPtr looked_up_;           // The record with its source and sequence.
  bool reads_records_ = false;    // Records are being read.
  std::vector<RecordPtr> read_;   // Those from its base on, for its author; none if too many.
  std::uint64_t read_until_ = 0;  // The version after them.
  std::size_t read_bytes_ = 0;
};

}  // namespace cowrite::document
