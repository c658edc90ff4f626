// Batch: submissions judged in order of arrival, each on top of those before it. What comes out are
// the records to append, and an answer for everybody that waits for the outcome of the append.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "server/document/log_cache.h"
#include "server/document/messages.h"
#include "server/document/pending_submission.h"
#include "storage/operation_log.h"
#include "storage/record.h"

namespace cowrite::document {

class Batch {
 public:
  explicit Batch(storage::Snapshot committed);

  // The committed snapshot with the batch's records.
  [[nodiscard]] const storage::Snapshot& candidate() const { return candidate_; }
  // A source's last submission, in the batch or else as `known` of the log.
  [[nodiscard]] std::optional<LastSubmission> last_of(const std::string& source,
                                                      const LogCache& known) const;
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool has_records() const { return !made_.tail().empty(); }

  // Recognises the submission, or takes it over all that is before it and tries it on a copy of the
  // text; it adds an acknowledgement, perhaps a record, or a refusal. Records are stamped now_ms.
  // REQUIRES: it comes from the future, or it needs no history; `known` is of the same log.
  void add(PendingSubmission waiting, LogCache& known, std::int64_t now_ms);

  // REQUIRES: has_records().
  [[nodiscard]] storage::Append append(const storage::DocumentKey& key) const;

  // ---- The outcome; then the batch is used up.

  [[nodiscard]] storage::Snapshot take_candidate() && { return std::move(candidate_); }
  // Its records and answers.
  [[nodiscard]] CommitNotice announce(const storage::DocumentKey& key) &&;
  // All that was judged, in order, to be judged anew.
  [[nodiscard]] std::vector<PendingSubmission> take_back() && { return std::move(members_); }

 private:
  [[nodiscard]] Result<void> judge(PendingSubmission& waiting, LogCache& known,
                                   std::int64_t now_ms);
  [[nodiscard]] Result<void> answer_repeat(const PendingSubmission& waiting,
                                           const RebaseProgress& rebased,
                                           const storage::Record& record,
                                           const RecentRecords& tail);
  [[nodiscard]] Result<void> answer_old_sequence(const PendingSubmission& waiting,
                                                 const RebaseProgress& rebased,
                                                 const storage::SourceEntry& last,
                                                 const RecentRecords& tail);
  [[nodiscard]] Result<void> write(const PendingSubmission& waiting, const RebaseProgress& rebased,
                                   const RecentRecords& tail, std::int64_t now_ms);
  void acknowledge(const PendingSubmission& waiting, std::uint64_t version,
                   const RecentRecords& tail);

  storage::Snapshot candidate_;
  LogCache made_;  // The batch's records.
  std::vector<PendingSubmission> members_;
  std::vector<Answer> answers_;
  std::size_t bytes_ = 0;  // Of the changes in it, as they came.
};

}  // namespace cowrite::document
