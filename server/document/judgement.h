// Decides about a submission, in one place:
//
//   1. own record  its source's last submission tells if it can be in the log or in the batch
//                  already, as a record of its own; if only the log knows that submission, or has
//                  that record, this is read first
//   2. far behind  it has to pass records that are not in memory: it does so on a reader of the log
//                  first (catch_up.h)
//   3. rebased     from its base over everything committed, then over the batch, but no further
//                  than its own record: if it has one, it is one more waiter for that record's ack
//   4. tried       on the text, and against the limits; one that fails is refused, and hurts no
//                  other
//
// After a reading it is judged again from the beginning.
#pragma once

#include <cstdint>
#include <variant>

#include "ot/base/result.h"
#include "server/document/log_cache.h"
#include "server/document/messages.h"
#include "server/document/pending_submission.h"
#include "storage/record.h"

namespace cowrite::document {

// What a submission is judged over.
struct LogAndBatch {
  RecentRecords& log;
  RecentRecords& batch;       // Follows the log.
  storage::Snapshot& newest;  // The document after both.
};

// It cannot be judged before the log has told of its source's last submission, and it has passed
// the records below `to`; none if it is there already.
struct ReadFirst {
  std::uint64_t to = 0;
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

}  // namespace cowrite::document
