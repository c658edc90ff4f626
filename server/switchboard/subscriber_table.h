// SubscriberTable: the sessions of one loop that subscribe to a document, or listen to a channel;
// by either.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "storage/seeded_hash.h"

namespace cowrite::switchboard {

template <typename Key>
class SubscriberTable {
 public:
  using SessionNumber = std::uint64_t;

  // False if it was there already.
  bool join(const Key& key, SessionNumber session) {
    if (!sessions_[key].insert(session).second) return false;
    keys_[session].insert(key);
    return true;
  }

  // False if it was not there.
  bool leave(const Key& key, SessionNumber session) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end() || found->second.erase(session) == 0) return false;
    if (found->second.empty()) sessions_.erase(found);
    const auto keys = keys_.find(session);
    keys->second.erase(key);
    if (keys->second.empty()) keys_.erase(keys);
    return true;
  }

  // Takes the session out everywhere, and returns where it was.
  [[nodiscard]] std::vector<Key> leave_all(SessionNumber session) {
    const auto found = keys_.find(session);
    if (found == keys_.end()) return {};
    std::vector<Key> keys(found->second.begin(), found->second.end());
    for (const Key& key : keys) leave(key, session);
    return keys;
  }

  // In no order that means anything. A copy, since delivering to one may end another.
  [[nodiscard]] std::vector<SessionNumber> sessions(const Key& key) const {
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

 private:
  std::unordered_map<Key, std::set<SessionNumber>, storage::NameHash<Key>> sessions_;
  std::unordered_map<SessionNumber, std::set<Key>> keys_;
};

}  // namespace cowrite::switchboard
