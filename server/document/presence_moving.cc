#include "server/document/presence_moving.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "ot/position.h"
#include "server/document/limits.h"
#include "server/protocol/encode.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/presence_value.h"

namespace cowrite::document {
namespace {

PresenceRefused too_far_behind(protocol::Presence& presence) {
  return {std::move(presence),
          {protocol::kErrPresenceTransform, "the presence is too far behind the document"}};
}

// Moves the value up to the end of the records. False, and nothing is changed, if that takes too
// many components.
bool pass_records(DocumentPresence& presence, const RecentRecords& recent) {
  protocol::PresenceValue value(presence.presence.value);
  std::size_t passed = 0;
  bool ended = false;  // Nobody is in a document that was deleted or made anew.
  for (std::uint64_t v = *presence.presence.version; v < recent.end(); ++v) {
    const storage::Record& record = *recent.at(v);
    const auto* edit = std::get_if<storage::Edit>(&record.change);
    ended = ended || edit == nullptr;
    if (ended || !value.has_positions()) continue;
    passed += edit->operation.size();
    if (passed > kPresencePassesMax) return false;
    value.move(edit->operation,
               record.source == presence.source ? ot::Origin::kOwn : ot::Origin::kOther);
  }
  std::string moved = ended ? "null" : value.to_json();
  presence.presence.value = std::move(moved);
  presence.presence.version = recent.end();
  return true;
}

}  // namespace

std::variant<SharedPresence, PresenceRefused> move_presence(DocumentPresence presence,
                                                            const RecentRecords& recent) {
  protocol::Presence& value = presence.presence;
  std::uint64_t& version = *value.version;
  // The end of a presence needs no moving, and is due however long ago it was announced.
  if (value.value == "null") version = std::max(version, recent.end());
  if (version < recent.begin()) return too_far_behind(value);
  if (version < recent.end() && !value.type) {
    return PresenceRefused{
        std::move(value),
        {protocol::kErrTypeNotRecognized, "a presence without a type cannot be moved"}};
  }
  if (version < recent.end() && !pass_records(presence, recent)) return too_far_behind(value);
  auto notice = std::make_shared<PresenceNotice>();
  notice->encoded = protocol::encode_presence(value, presence.source);
  notice->sender = presence.session;
  notice->source = std::move(presence.source);
  notice->presence = std::move(value);
  return SharedPresence(std::move(notice));
}

}  // namespace cowrite::document
