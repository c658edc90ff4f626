#include "server/session/presences.h"

#include "server/limits.h"

namespace cowrite::server {

bool OwnPresences::remember(const Presence& presence) {
  const Name name{presence.channel, presence.id};
  if (presence.value == "null") {
    presences_.erase(name);
    return true;
  }
  if (presences_.size() >= kPresencesPerConnectionMax && !presences_.contains(name)) return false;
  Presence& kept = presences_.insert_or_assign(name, presence).first->second;
  kept.value = "null";
  return true;
}

std::vector<Presence> OwnPresences::take_back(const std::string& channel) {
  std::vector<Presence> ended;
  auto next = presences_.lower_bound({channel, {}});
  while (next != presences_.end() && next->first.first == channel) {
    ended.push_back(std::move(next->second));
    next = presences_.erase(next);
  }
  return ended;
}

std::vector<Presence> OwnPresences::take_back_all() {
  std::vector<Presence> ended;
  for (auto& [name, presence] : presences_) ended.push_back(std::move(presence));
  presences_.clear();
  return ended;
}

void WaitingPresences::put(const PresenceNotice& notice, SharedOutbound encoded) {
  if (latest_.size() >= kWaitingPresencesMax) latest_.erase(latest_.begin());
  const std::uint64_t version = notice.presence.presence_version;
  Latest& latest = latest_[Name{notice.presence.channel, notice.source, notice.presence.id}];
  if (version >= latest.presence_version) latest = {version, std::move(encoded)};
}

std::vector<SharedOutbound> WaitingPresences::take() {
  std::vector<SharedOutbound> presences;
  for (auto& [name, latest] : latest_) presences.push_back(std::move(latest.encoded));
  latest_.clear();
  return presences;
}

}  // namespace cowrite::server
