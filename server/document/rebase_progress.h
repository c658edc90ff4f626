// RebaseProgress: one submission on its way from its base to the present.
//
// It goes over one record after the other, or from far behind over many at once, with the same
// outcome.
#pragma once

#include <cstdint>

#include "ot/base/result.h"
#include "server/document/recent_records.h"
#include "storage/record.h"

namespace cowrite::document {

class RebaseProgress {
 public:
  // The change was made at version `base`.
  RebaseProgress(storage::Change change, std::uint64_t base);

  // The change as it is to be made at version at().
  [[nodiscard]] const storage::Change& change() const { return change_; }
  [[nodiscard]] storage::Change take_change() && { return std::move(change_); }
  [[nodiscard]] std::uint64_t at() const { return at_; }

  // True if it can go over shapes alone, from records.reach() on: an edit in normal form. Any edit
  // is, after one record.
  [[nodiscard]] bool needs_no_records() const;

  // Goes on to version `to`, over the records below it; if it is there or further already, nothing
  // happens. Fails if a record forbids the change. REQUIRES: to <= records.end(); at() is not
  // before records.begin(), or not before records.reach() and needs_no_records(), or not before
  // `to`.
  [[nodiscard]] Result<void> pass(RecentRecords& records, std::uint64_t to);

 private:
  storage::Change change_;
  std::uint64_t at_;
};

}  // namespace cowrite::document
