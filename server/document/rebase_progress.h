// RebaseProgress: one submission on its way from its base to the present.
//
// It goes over one record after the other, or from far behind over many at once, with the same
// outcome. On the way it stops before its own record, if it was committed before (the
// acknowledgement got lost, or a second connection was faster).
#pragma once

#include <cstdint>

#include "ot/base/result.h"
#include "server/document/messages.h"
#include "server/document/recent_records.h"

namespace cowrite::document {

class RebaseProgress {
 public:
  // The change was made at version `base`.
  RebaseProgress(storage::Change change, std::uint64_t base);

  // The change as it is to be made at version at().
  [[nodiscard]] const storage::Change& change() const { return change_; }
  [[nodiscard]] storage::Change take_change() && { return std::move(change_); }
  [[nodiscard]] std::uint64_t at() const { return at_; }

  // The record that holds this very submission, once it was met; then the change is as it was
  // before that record.
  [[nodiscard]] const RecordPtr& repeated() const { return repeated_; }

  // True if it can go over shapes alone, from records.reach() on: an edit in normal form. Any edit
  // is, after one record.
  [[nodiscard]] bool needs_no_records() const;

  // Goes over the records up to its end, or up to `own`, the record that is the submission
  // itself, if that is there (else null). Fails if a record forbids the change. REQUIRES: at() is
  // not before records.begin(), or not before records.reach() and needs_no_records(); not
  // repeated() yet.
  [[nodiscard]] Result<void> pass(RecentRecords& records, const RecordPtr& own);

 private:
  storage::Change change_;
  std::uint64_t at_;
  RecordPtr repeated_;
};

}  // namespace cowrite::document
