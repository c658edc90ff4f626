// CatchUp: submissions of one document on their way over the part of its log that is not in memory.
//
// They travel to a reader of the log and come back further on. There all of them go over one chunk
// of records after the other, so that many from one old version cost one reading, and no more than
// a chunk is held. What takes long is done in several readings, between which others have theirs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ot/base/result.h"
#include "server/document/log_cache.h"
#include "server/document/pending_submission.h"
#include "storage/document_key.h"
#include "storage/history.h"

namespace cowrite::document {

struct CatchUpMember {
  PendingSubmission pending;
  std::uint64_t to = 0;  // The records below it are to be passed; none if it is there already.
  LastSubmission known = OnlyInLog();  // Of its source, as it was known when it left.
  // ---- What the log has told
  bool looked_up = false;                    // `last` is known.
  std::optional<storage::SourceEntry> last;  // Of its source; absent: there is none.
  std::optional<Error> error;                // A record forbids the change, or cannot be read.

  // The version that it is to come to: but no further than its own record.
  [[nodiscard]] std::uint64_t goal() const;
  // Nothing more is to be read for it.
  [[nodiscard]] bool done() const;
};

using CatchUp = std::vector<CatchUpMember>;

// Takes the members on, the first ones first, until they are done or it has cost kCatchUpWork. For
// a reader thread. What their sources have submitted from version `known_from` on was known when
// they left. Fails with kErrBusy only; what was done then stays done.
[[nodiscard]] Result<void> catch_up(const storage::DocumentKey& key, CatchUp& members,
                                    std::uint64_t known_from, const storage::History& history);

}  // namespace cowrite::document
