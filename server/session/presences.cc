#include "server/session/presences.h"

#include "server/session/limits.h"

namespace cowrite::session {

bool OwnPresences::remember(const protocol::Presence& presence) {
  const Name name{presence.channel, presence.id};
  if (presence.value == "null") {
    presences_.erase(name);
    return true;
  }
  if (presences_.size() >= kPresencesPerConnectionMax && !presences_.contains(name)) return false;
  protocol::Presence& kept = presences_.insert_or_assign(name, presence).first->second;
  kept.value = "null";
  return true;
}

std::vector<protocol::Presence> OwnPresences::take_back(const std::string& channel) {
  std::vector<protocol::Presence> ended;
  auto next = presences_.lower_bound({channel, {}});
  while (next != presences_.end() && next->first.first == channel) {
    ended.push_back(std::move(next->second));
    next = presences_.erase(next);
  }
  return ended;
}

std::vector<protocol::Presence> OwnPresences::take_back_all() {
  std::vector<protocol::Presence> ended;
  for (auto& [name, presence] : presences_) ended.push_back(std::move(presence));
  presences_.clear();
  return ended;
}

void WaitingPresences::put(const document::PresenceNotice& notice,
                           transport::SharedOutbound encoded) {
  const std::uint64_t version = notice.presence.presence_version;
  const Name name{notice.presence.channel, notice.source, notice.presence.id};
  const auto known = latest_.find(name);
  if (known != latest_.end()) {
    if (version < known->second.presence_version) return;
    erase(known);
  }
  while (!latest_.empty() && (latest_.size() >= kWaitingPresencesMax ||
                              bytes_ + encoded->bytes > kWaitingPresenceBytesMax)) {
    erase(latest_.begin());
  }
  bytes_ += encoded->bytes;
  latest_.emplace(name, Latest{version, std::move(encoded)});
}

void WaitingPresences::erase(std::map<Name, Latest>::iterator forgotten) {
  bytes_ -= forgotten->second.encoded->bytes;
  latest_.erase(forgotten);
}

std::vector<transport::SharedOutbound> WaitingPresences::take() {
  std::vector<transport::SharedOutbound> presences;
  for (auto& [name, latest] : latest_) presences.push_back(std::move(latest.encoded));
  latest_.clear();
  bytes_ = 0;
  return presences;
}

}  // namespace cowrite::session
