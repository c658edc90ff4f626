#include "server/document/document_presences.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "server/document/presence_moving.h"
#include "storage/limits.h"

namespace cowrite::document {

// ---- While the document is here

void DocumentPresences::receive(DocumentPresence presence, const Document& document) {
  (void)held_.take_before(presence);
  const bool is_end = presence.presence.value == "null";
  if (is_end || *presence.presence.version <= document.committed().version) {
    return pass_on(std::move(presence), document);
  }
  acknowledge(presence);
  presence.acknowledged = true;
  held_.hold(std::move(presence));
}

void DocumentPresences::show_held(std::uint64_t version, const Document& document) {
  if (held_.empty()) return;
  for (DocumentPresence& due : held_.take_due(version)) pass_on(std::move(due), document);
}

void DocumentPresences::acknowledge(const DocumentPresence& presence) {
  if (presence.acknowledged) return;
  ports_.reply(presence.session, PresenceAcknowledged{make_notice(presence)});
}

void DocumentPresences::pass_on(DocumentPresence presence, const Document& document) {
  const SessionId sender = presence.session;
  const std::string source = presence.source;
  const bool acknowledged = presence.acknowledged;
  auto moved = move_presence(std::move(presence), document.recent());
  if (auto* const notice = std::get_if<SharedPresence>(&moved)) {
    return ports_.announce_presence(std::move(*notice));
  }
  PresenceRefused& refused = std::get<PresenceRefused>(moved);
  if (!acknowledged) return ports_.reply(sender, std::move(refused));
  // Its sender takes it for shown. Where it is now nobody knows, so nobody shows it where it was.
  refused.presence.value = "null";
  refused.presence.version = document.committed().version;
  ports_.announce_presence(make_notice({sender, source, std::move(refused.presence), true}));
}

// ---- While it is not

// The latest of each waits for the document, and no end does.
void DocumentPresences::receive_early(DocumentPresence presence,
                                      std::optional<std::uint64_t> told) {
  if (const auto earlier = early_.take_before(presence)) acknowledge(*earlier);
  (void)held_.take_before(presence);
  if (presence.presence.value == "null") return end_unseen(std::move(presence), told);
  if (!may_wait(presence) || !early_.may_hold(presence)) return acknowledge(presence);
  early_.hold(std::move(presence));
}

// Where memory is scarce it can take long until the document is here. A large presence does not
// wait for that, and is not shown.
bool DocumentPresences::may_wait(const DocumentPresence& presence) const {
  return presence.presence.value.size() <= kSmallPresenceBytes || !ports_.memory->scarce();
}

// Nobody shows it any longer than it is there.
void DocumentPresences::end_unseen(DocumentPresence presence,
                                   std::optional<std::uint64_t> told) const {
  std::optional<std::uint64_t>& version = presence.presence.version;
  version = std::max(version, told);  // Which its followers have.
  ports_.announce_presence(make_notice(std::move(presence)));
}

std::vector<DocumentPresence> DocumentPresences::take_early() {
  return early_.take_due(storage::kIntegerMax);
}

void DocumentPresences::refuse(DocumentPresence presence, const Error& error) {
  if (!presence.acknowledged) {
    return ports_.reply(presence.session, PresenceRefused{std::move(presence.presence), error});
  }
  // Its sender takes it for shown, which it is as soon as the document can be read.
  (void)held_.take_before(presence);
  held_.hold(std::move(presence));
}

}  // namespace cowrite::document
