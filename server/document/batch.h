// Batch: submissions judged in order of arrival (judgement.h), each on top of those before it. It
// makes the records to append, and an answer for each submission that waits for their outcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/document/judgement.h"
#include "server/document/log_cache.h"
#include "server/document/messages.h"
#include "server/document/pending_submission.h"
#include "server/document/recent_records.h"
#include "storage/operation_log.h"
#include "storage/record.h"
#include "storage/seeded_hash.h"

namespace cowrite::document {

class Batch {
 public:
  explicit Batch(storage::Snapshot committed);

  [[nodiscard]] bool full() const;
  [[nodiscard]] bool has_records() const { return !records_.empty(); }

  // Judges a submission and takes it with its answer: an acknowledgement, perhaps with a record, or
  // a refusal. Or returns what the log must tell first, and leaves it to the caller.
  [[nodiscard]] std::optional<ReadFirst> add(PendingSubmission& pending, LogCache& log,
                                             std::int64_t now_ms);

  // REQUIRES: has_records().
  [[nodiscard]] storage::Append append(const storage::DocumentKey& key) const;

  // ---- The outcome; then the batch is used up.

  // The document with the batch's records.
  [[nodiscard]] storage::Snapshot take_newest() && { return std::move(newest_); }
  // Its records and answers. REQUIRES: the log is as it was when they were added.
  [[nodiscard]] CommitNotice announce(const storage::DocumentKey& key, const LogCache& log) &&;
  // All that was judged, in order, to be judged anew.
  [[nodiscard]] std::vector<PendingSubmission> take_back() && { return std::move(members_); }

 private:
  [[nodiscard]] LastSubmission last_submission(const Submission& submission,
                                               const LogCache& log) const;
  // `depth` as in Ack.
  void acknowledge(const PendingSubmission& pending, std::uint64_t version, const LogCache& log,
                   std::optional<std::uint64_t> depth);

  storage::Snapshot newest_;
  RecentRecords records_;  // They follow the log's.
  std::unordered_map<std::string, storage::SourceEntry, storage::SeededHash>
      last_submissions_;  // Of their sources.
  std::vector<PendingSubmission> members_;
  std::vector<Answer> answers_;
  std::uint64_t missed_from_;  // By any of them.
  std::size_t bytes_ = 0;      // Of the changes in it, as they came.
  std::uint64_t work_ = 0;     // That rebasing them has cost, in components.
};

}  // namespace cowrite::document
