// Rebasing: one submission on its way from its base to the present, over one record after the
// other.
//
// On the way it recognises its own record, if it was committed before (the acknowledgement got
// lost, or a second connection was faster), and collects the records that its author may not have
// seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ot/result.h"
#include "server/document/exchange.h"

namespace cowrite::server {

class Rebasing {
 public:
  // The change was made at version `base`.
  Rebasing(std::string source, std::uint64_t sequence, storage::Change change, std::uint64_t base);

  // Sets out from another version, for a submission that names none. REQUIRES: nothing was passed
  // yet.
  void start_at(std::uint64_t version) { at_ = version; }

  // The change as it is to be made at version at().
  [[nodiscard]] const storage::Change& change() const { return change_; }
  [[nodiscard]] std::uint64_t at() const { return at_; }

  // The record that holds this very submission, once it was met; then the change is as it was
  // before that record.
  [[nodiscard]] const RecordPtr& repeated() const { return repeated_; }

  // The records from its base up to at(), or none if they were too many to keep (kMissedBytesMax).
  [[nodiscard]] const std::vector<RecordPtr>& missed() const { return missed_; }

  // Goes over the record numbered at(), or stays before it if it is the submission itself. Fails if
  // the record forbids the change. REQUIRES: record->version == at() and repeated() is empty.
  [[nodiscard]] Result<void> pass(const RecordPtr& record);

 private:
  std::string source_;
  std::uint64_t sequence_;
  storage::Change change_;
  std::uint64_t at_;
  RecordPtr repeated_;
  std::vector<RecordPtr> missed_;
  std::size_t missed_bytes_ = 0;
};

}  // namespace cowrite::server
