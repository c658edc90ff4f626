#include "server/document/held_presences.h"

#include "server/document/limits.h"

namespace cowrite::document {

std::size_t HeldPresences::bytes_of(const DocumentPresence& of) {
  const protocol::Presence& presence = of.presence;
  return kHeldPresenceBytes + presence.value.size() + presence.channel.size() + presence.id.size();
}

void HeldPresences::hold(DocumentPresence presence) {
  forget(presence.source, presence.presence.id);
  if (presences_.size() >= kHeldPresencesMax) return;
  bytes_ += bytes_of(presence);
  Name name{presence.source, presence.presence.id};
  presences_.emplace(std::move(name), std::move(presence));
}

void HeldPresences::forget(const std::string& source, const std::string& id) {
  const auto found = presences_.find({source, id});
  if (found == presences_.end()) return;
  bytes_ -= bytes_of(found->second);
  presences_.erase(found);
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
