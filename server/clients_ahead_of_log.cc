#include "server/clients_ahead_of_log.h"

#include "ot/base/check.h"
#include "server/limits.h"

namespace cowrite::server {

void ClientsAheadOfLog::note(const storage::DocumentKey& key, std::uint64_t seen,
                             std::uint64_t held) {
  CHECK(seen > held);
  {
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (documents_.size() >= kDocumentsAheadMax || !documents_.insert(key).second) return;
  }
  warn_(storage::describe(key) + ": a client has seen version " + std::to_string(seen) +
        " and the log ends at " + std::to_string(held) +
        "; was the data folder replaced by an older one?");
}

ClientsAheadOfLog::Count ClientsAheadOfLog::count() const {
  const std::lock_guard lock(mutex_);
  return {requests_, documents_.size()};
}

}  // namespace cowrite::server
