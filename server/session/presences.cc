#include "server/session/presences.h"

#include <utility>

#include "server/session/limits.h"

namespace cowrite::session {

bool OwnPresences::remember(const protocol::Presence& presence) {
  const Name name{presence.channel, presence.id};
  if (presence.value == "null") {
    presences_.erase(name);
    return true;
  }
  if (presences_.size() >= kPresencesPerConnectionMax && !presences_.contains(name)) return false;
  presences_.insert_or_assign(
      name, Latest{presence.presence_version, presence.key, presence.version, presence.type});
  return true;
}

protocol::Presence OwnPresences::end_of(Presences::value_type& presence) {
  const auto& [channel, id] = presence.first;
  Latest& latest = presence.second;
  return {.channel = channel,
          .id = id,
          .presence_version = latest.presence_version,
          .value = "null",
          .key = std::move(latest.key),
          .version = latest.version,
          .type = std::move(latest.type)};
}

std::vector<protocol::Presence> OwnPresences::take_back(const std::string& channel) {
  std::vector<protocol::Presence> ended;
  auto next = presences_.lower_bound({channel, {}});
  while (next != presences_.end() && next->first.first == channel) {
    ended.push_back(end_of(*next));
    next = presences_.erase(next);
  }
  return ended;
}

std::vector<protocol::Presence> OwnPresences::take_back_all() {
  std::vector<protocol::Presence> ended;
  ended.reserve(presences_.size());
  for (Presences::value_type& presence : presences_) ended.push_back(end_of(presence));
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
