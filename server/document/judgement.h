// Decides about a submission, in one place:
//
//   1. own record  its source's last submission tells if it can be in the log or in the batch
//                  already, as a record of its own; if only the log knows that submission, or has
//                  that record, this is read first
//   2. far behind  it has to pass records that are not in memory: they are read first
//   3. rebased     from its base over everything committed, then over the batch, but no further
//                  than its own record: if it has one, it is one more waiter for that record's ack
//   4. tried       on the text, and against the limits; one that fails is refused, and hurts no
//                  other
//
// After a reading it is judged again from the beginning.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "server/document/log_cache.h"
#include "server/document/messages.h"
#include "server/document/pending_submission.h"
#include "storage/history.h"
#include "storage/record.h"

namespace cowrite::document {

// A reading of the log for one submission.
struct HistoryWanted {
  // Look up this source's last submission, and its record if its sequence is this one.
  std::string source;
  std::shared_ptr<const std::string> source_id;  // Under which it may stand, too; null if none.
  std::uint64_t sequence = 0;
  std::uint64_t from = 0;  // Records from <= version < to; none if from == to.
  std::uint64_t to = 0;
};
struct HistoryChunk {
  std::optional<storage::SourceEntry> last;
  std::optional<storage::Record> stored;  // Its record, if that has the sequence in question.
  std::vector<storage::Record> records;   // From `from` on; perhaps not all of them.
};

// What a submission is judged over.
struct LogAndBatch {
  RecentRecords& log;
  RecentRecords& batch;       // Follows the log.
  storage::Snapshot& newest;  // The document after both.
};

// It cannot be judged before this is read.
struct ReadFirst {
  HistoryWanted wanted;
};
// It is in the log or in the batch already, as record `version`.
struct Repeated {
  std::uint64_t version = 0;
};
// It is new, and fits the text.
struct Accepted {
  RecordPtr record;
};
// An error: it will never be in the log, or, if the log cannot be read, nobody knows.
using Verdict = std::variant<ReadFirst, Repeated, Accepted, Error>;

// Takes the submission as far as the log's records lead, and over.newest over its record if it is
// accepted. The record is stamped now_ms. `last` is its source's last submission, in the log or in
// the batch. `over` is of the same log at every call.
[[nodiscard]] Verdict judge(PendingSubmission& pending, const LastSubmission& last,
                            const LogAndBatch& over, std::int64_t now_ms);

// Takes the submission over what was read for it, to be judged again. Fails if a record forbids the
// change, or is not there.
[[nodiscard]] Result<void> take_over_history(PendingSubmission& pending,
                                             const HistoryWanted& wanted, HistoryChunk chunk);

}  // namespace cowrite::document
