// Batch: submissions judged in order of arrival, each on top of those before it. What comes out are
// the records to append, and an answer for everybody that waits for the outcome of the append.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ot/result.h"
#include "server/document/exchange.h"
#include "server/document/known.h"
#include "server/document/waiting.h"
#include "storage/operation_log.h"
#include "storage/record.h"

namespace cowrite::server {

class Batch {
 public:
  explicit Batch(storage::Snapshot committed);

  // The committed snapshot with the batch's records.
  [[nodiscard]] const storage::Snapshot& candidate() const { return candidate_; }
  // A source's last submission, in the batch or else as `known` of the log.
  [[nodiscard]] std::optional<LastOfSource> last_of(const std::string& source,
                                                    const Known& known) const;
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool has_records() const { return !made_.tail().empty(); }

  // Recognises the submission, or takes it over all that is before it and tries it on a copy of the
  // text; it adds an acknowledgement, perhaps a record, or a refusal. Records are stamped now_ms.
  // REQUIRES: it comes from the future, or it needs no history; `known` is of the same log.
  void add(Waiting waiting, Known& known, std::int64_t now_ms);

  // REQUIRES: has_records().
  [[nodiscard]] storage::Append append(const DocumentKey& key) const;

  // ---- The outcome; then the batch is used up.

  [[nodiscard]] storage::Snapshot take_candidate() && { return std::move(candidate_); }
  // Its records and answers.
  [[nodiscard]] CommitNotice announce(const DocumentKey& key) &&;
  // All that was judged, in order, to be judged anew.
  [[nodiscard]] std::vector<Waiting> take_back() && { return std::move(members_); }

 private:
  [[nodiscard]] Result<void> judge(Waiting& waiting, Known& known, std::int64_t now_ms);
  [[nodiscard]] Result<void> answer_repeat(const Waiting& waiting, const Rebasing& rebased,
                                           const storage::Record& record, const Tail& tail);
  [[nodiscard]] Result<void> answer_old_sequence(const Waiting& waiting, const Rebasing& rebased,
                                                 const storage::SourceEntry& last,
                                                 const Tail& tail);
  [[nodiscard]] Result<void> write(const Waiting& waiting, const Rebasing& rebased,
                                   const Tail& tail, std::int64_t now_ms);
  void acknowledge(const Waiting& waiting, std::uint64_t version, const Tail& tail);

  storage::Snapshot candidate_;
  Known made_;  // The batch's records.
  std::vector<Waiting> members_;
  std::vector<Answer> answers_;
  std::size_t bytes_ = 0;  // Of the changes in it, as they came.
};

}  // namespace cowrite::server
