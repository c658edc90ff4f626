#include "server/document/held_presences.h"

#include "server/document/limits.h"

namespace cowrite::document {

std::size_t HeldPresences::bytes_of(const DocumentPresence& of) {
  const protocol::Presence& presence = of.presence;
  return kHeldPresenceBytes + presence.value.size() + presence.channel.size() + presence.id.size();
}

bool HeldPresences::may_hold(const DocumentPresence& presence) const {
  return presences_.size() < presences_max_ &&
         !presences_.contains({presence.source, presence.presence.id});
}

void HeldPresences::hold(DocumentPresence presence) {
  if (!may_hold(presence)) return;
  bytes_ += bytes_of(presence);
  Name name{presence.source, presence.presence.id};
  presences_.emplace(std::move(name), std::move(presence));
}

// The end of what a connection announced may come after what a later one of that client did.
std::optional<DocumentPresence> HeldPresences::take_before(const DocumentPresence& later) {
  const auto found = presences_.find({later.source, later.presence.id});
  if (found == presences_.end()) return std::nullopt;
  DocumentPresence& here = found->second;
  if (here.presence.presence_version > later.presence.presence_version) return std::nullopt;
  bytes_ -= bytes_of(here);
  std::optional<DocumentPresence> taken = std::move(here);
  presences_.erase(found);
  return taken;
}

bool HeldPresences::forget_large() {
  const std::size_t before = bytes_;
  std::erase_if(presences_, [this](const auto& held) {
    const bool is_large = held.second.presence.value.size() > kSmallPresenceBytes;
    if (is_large) bytes_ -= bytes_of(held.second);
    return is_large;
  });
  return bytes_ < before;
}

std::vector<DocumentPresence> HeldPresences::take_due(std::uint64_t version) {
  std::vector<DocumentPresence> due;
  for (auto next = presences_.begin(); next != presences_.end();) {
    if (*next->second.presence.version > version) {
      ++next;
      continue;
    }
    bytes_ -= bytes_of(next->second);
    due.push_back(std::move(next->second));
    next = presences_.erase(next);
  }
  return due;
}

}  // namespace cowrite::document
