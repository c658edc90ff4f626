#include "server/document/rebase_progress.h"

#include <utility>

#include "ot/normalize.h"
#include "server/document/limits.h"
#include "server/document/rebase.h"

namespace cowrite::document {

RebaseProgress::RebaseProgress(storage::Change change, std::uint64_t base)
    : change_(std::move(change)), at_(base) {}

bool RebaseProgress::needs_no_records() const {
  const auto* edit = std::get_if<storage::Edit>(&change_);
  return edit && ot::is_in_normal_form(edit->operation);
}

Result<void> RebaseProgress::pass(RecentRecords& records, std::uint64_t to) {
  while (at_ < to) {
    const bool is_far = to - at_ > kPassedOneByOne || at_ < records.begin();
    if (is_far && at_ >= records.reach() && needs_no_records()) {
      ot::Operation& operation = std::get<storage::Edit>(change_).operation;
      operation = records.rebase(with_all_delete_texts_or_none(std::move(operation)), at_, to);
      at_ = to;
      break;
    }
    if (Result<void> rebased = records.rebase_over(at_, change_); !rebased) return rebased;
    ++at_;
  }
  return {};
}

}  // namespace cowrite::document
