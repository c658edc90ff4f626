// SubscriberTable: the sessions of one loop that subscribe to a document, or listen to a channel;
// by either. Most of them have one session, so that a key is held once and a session is a number.
#pragma once

#include <algorithm>
#include <cstdint>
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
    const auto found = sessions_.try_emplace(key).first;
    std::vector<SessionNumber>& sessions = found->second;
    const auto place = std::ranges::lower_bound(sessions, session);
    if (place != sessions.end() && *place == session) return false;
    sessions.insert(place, session);
    keys_[session].push_back(&found->first);
    return true;
  }

  // False if it was not there.
  bool leave(const Key& key, SessionNumber session) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end() || !take_out(found, session)) return false;
    const auto keys = keys_.find(session);
    std::erase(keys->second, &found->first);
    if (keys->second.empty()) keys_.erase(keys);
    if (found->second.empty()) sessions_.erase(found);
    return true;
  }

  // Takes the session out everywhere, and returns where it was, in the order in which it joined.
  [[nodiscard]] std::vector<Key> leave_all(SessionNumber session) {
    std::vector<Key> left;
    const auto keys = keys_.extract(session);
    if (!keys) return left;
    left.reserve(keys.mapped().size());
    for (const Key* const key : keys.mapped()) {
      left.push_back(*key);
      const auto found = sessions_.find(left.back());
      take_out(found, session);
      if (found->second.empty()) sessions_.erase(found);
    }
    return left;
  }

  // In order. A copy, since delivering to one may end another.
  [[nodiscard]] std::vector<SessionNumber> sessions(const Key& key) const {
    const auto found = sessions_.find(key);
    return found == sessions_.end() ? std::vector<SessionNumber>() : found->second;
  }

  // How many they are.
  [[nodiscard]] std::size_t count(const Key& key) const {
    const auto found = sessions_.find(key);
    return found == sessions_.end() ? 0 : found->second.size();
  }

 private:
  using Sessions =
      std::unordered_map<Key, std::vector<SessionNumber>, storage::NameHash<Key>>;  // In order.

  static bool take_out(typename Sessions::iterator of, SessionNumber session) {
    const auto place = std::ranges::lower_bound(of->second, session);
    if (place == of->second.end() || *place != session) return false;
    of->second.erase(place);
    return true;
  }

  Sessions sessions_;
  // The keys of a session are those of sessions_, in the order in which it joined.
  std::unordered_map<SessionNumber, std::vector<const Key*>> keys_;
};

}  // namespace cowrite::switchboard
