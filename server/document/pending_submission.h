// PendingSubmission: a submission on its way into the log, with its own record, if it was committed
// before (the acknowledgement got lost, or a second connection was faster). judgement.h decides
// about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/document/messages.h"
#include "server/document/rebase_progress.h"
#include "server/document/recent_records.h"

namespace cowrite::document {

class PendingSubmission {
 public:
  explicit PendingSubmission(Submission submission);

  // As received, but for its change.
  [[nodiscard]] const Submission& submission() const { return submission_; }
  [[nodiscard]] std::uint64_t sequence() const { return submission_.request.sequence; }
  // The version that it was made at; absent if its client never fetched the document, and means the
  // present version, whatever that is when its turn comes.
  [[nodiscard]] const std::optional<std::uint64_t>& base() const {
    return submission_.request.version;
  }
  // The change, over committed records only, so that it holds whatever becomes of a batch; but no
  // further than its own record.
  [[nodiscard]] RebaseProgress& progress() { return progress_; }
  [[nodiscard]] const RebaseProgress& progress() const { return progress_; }
  // Whoever submitted it is gone, and sends it again if it comes back. Unless the log has it, it is
  // dropped.
  [[nodiscard]] bool is_gone() const { return submission_.asker.is_gone(); }
  // Of the change, as it came.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Of the change, as it is now.
  [[nodiscard]] std::size_t components() const {
    const auto* const edit = std::get_if<storage::Edit>(&progress_.change());
    return edit == nullptr ? 1 : edit->operation.size();
  }

  // ---- From the log

  // The committed record that is this very submission, once it was found; else null.
  [[nodiscard]] const RecordPtr& own_record() const { return own_record_; }
  void set_own_record(RecordPtr record) { own_record_ = std::move(record); }
  // Its own record, if it is among these and not before progress().at(); else null.
  [[nodiscard]] RecordPtr find_own_record(const RecentRecords& records) const;

  // The first of the records that its author has not seen, from its base up to `version`; absent if
  // there are none, or too many, or not all are in memory. `batch` follows `committed`.
  [[nodiscard]] std::optional<std::uint64_t> missed_from(std::uint64_t version,
                                                         const RecentRecords& committed,
                                                         const RecentRecords& batch) const;

 private:
  [[nodiscard]] bool is_source(const std::string& source) const;

  Submission submission_;
  RebaseProgress progress_;
  std::size_t bytes_;

  RecordPtr own_record_;
};

}  // namespace cowrite::document
