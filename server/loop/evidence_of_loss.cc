#include "server/loop/evidence_of_loss.h"

#include "ot/check.h"
#include "server/api/url.h"
#include "server/limits.h"

namespace cowrite::server {

void EvidenceOfLoss::note(const storage::DocumentKey& key, std::uint64_t seen, std::uint64_t held) {
  CHECK(seen > held);
  {
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (documents_.size() >= kEvidenceDocumentsMax || !documents_.insert(key).second) return;
  }
  // Names are any bytes: encoded, they can forge no line of a log.
  warn_(percent_encode(key.collection) + "/" + percent_encode(key.id) +
        ": a client has seen version " + std::to_string(seen) + " and the log ends at " +
        std::to_string(held) + "; was the data folder replaced by an older one?");
}

EvidenceOfLoss::Count EvidenceOfLoss::count() const {
  const std::lock_guard lock(mutex_);
  return {requests_, documents_.size()};
}

}  // namespace cowrite::server
