#include "server/document/held_presences.h"

#include "server/document/limits.h"

namespace cowrite::document {

void HeldPresences::hold(DocumentPresence presence) {
  const Name name{presence.source, presence.presence.id};
  if (presences_.size() >= kHeldPresencesMax && !presences_.contains(name)) return;
  presences_.insert_or_assign(name, std::move(presence));
}

void HeldPresences::forget(const std::string& source, const std::string& id) {
  presences_.erase({source, id});
}

std::vector<DocumentPresence> HeldPresences::take_due(std::uint64_t version) {
  std::vector<DocumentPresence> due;
  for (auto next = presences_.begin(); next != presences_.end();) {
    if (*next->second.presence.version > version) {
      ++next;
      continue;
    }
    due.push_back(std::move(next->second));
    next = presences_.erase(next);
  }
  return due;
}

}  // namespace cowrite::document
