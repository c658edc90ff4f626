#include "server/document/rebasing.h"

#include <utility>

#include "ot/check.h"
#include "server/document/rebase.h"
#include "server/document/tail.h"
#include "server/limits.h"

namespace cowrite::server {

Rebasing::Rebasing(std::string source, std::uint64_t sequence, storage::Change change,
                   std::uint64_t base)
    : source_(std::move(source)), sequence_(sequence), change_(std::move(change)), at_(base) {}

Result<void> Rebasing::pass(const RecordPtr& record) {
  CHECK(record->version == at_ && !repeated_);
  if (record->sequence == sequence_ && record->source == source_) {
    repeated_ = record;
    return {};
  }
  if (Result<void> rebased = rebase(change_, *record); !rebased) return rebased;
  ++at_;
  missed_bytes_ += record_bytes(*record);
  if (missed_bytes_ <= kMissedBytesMax) {
    missed_.push_back(record);
  } else {
    missed_.clear();
  }
  return {};
}

}  // namespace cowrite::server
