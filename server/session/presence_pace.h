// PresencePace: how often the presences of one connection go out. Within a period each of them goes
// out once, and all together as long as their number and their bytes fit (limits.h); of what comes
// beyond that the latest of each waits for the next period, if there is memory for it. The end of a
// presence that went out never waits: it is not asked about.
//
// It knows no clock: whoever uses it says when a period is over.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/protocol/message.h"
#include "server/session/followed_memory.h"

namespace cowrite::session {

class PresencePace {
 public:
  // What waits takes of the account. REQUIRES: it outlives this.
  explicit PresencePace(FollowedMemory::Account& followed) : followed_(followed) {}

  // Whether the presence goes out at once; else it waits. Begins a period if none is under way.
  [[nodiscard]] bool admit(const protocol::Presence& presence);

  // The period is over. Returns what goes out now; if that is nothing, no period is under way.
  [[nodiscard]] std::vector<protocol::Presence> next_period();

  // What waits is no longer due: of one presence, on one channel, or at all.
  void forget(const protocol::Presence& presence);
  void forget(const std::string& channel);
  void forget_all();

  [[nodiscard]] bool under_way() const { return !sent_.empty(); }

 private:
  using Name = std::pair<std::string, std::string>;  // Channel and presence id.

  [[nodiscard]] static Name name_of(const protocol::Presence& presence);
  // Whether they have one name.
  [[nodiscard]] static bool is_of(const protocol::Presence& one, const protocol::Presence& other);
  [[nodiscard]] static std::size_t bytes_of(const protocol::Presence& presence);
  [[nodiscard]] bool fits(const protocol::Presence& presence) const;
  void count(const protocol::Presence& presence);
  [[nodiscard]] bool pay(std::size_t bytes);
  void trim();

  FollowedMemory::Account& followed_;
  std::size_t paid_bytes_ = 0;  // To it.
  std::set<Name> sent_;         // In this period.
  std::size_t bytes_ = 0;
  std::vector<protocol::Presence> waiting_;  // Those that wait longest first.
};

}  // namespace cowrite::session
