#include "server/document/presence_moving.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/protocol/encode.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/presence_value.h"

namespace cowrite::document {

std::variant<SharedPresence, PresenceRefused> move_presence(DocumentPresence presence,
                                                            const RecentRecords& recent) {
  protocol::Presence& value = presence.presence;
  std::uint64_t& version = *value.version;
  // The end of a presence needs no moving, and is due however long ago it was announced.
  if (value.value == "null") version = std::max(version, recent.end());
  if (version < recent.begin()) {
    return PresenceRefused{
        std::move(value),
        {protocol::kErrPresenceTransform, "the presence is too far behind the document"}};
  }
  if (version < recent.end() && !value.type) {
    return PresenceRefused{
        std::move(value),
        {protocol::kErrTypeNotRecognized, "a presence without a type cannot be moved"}};
  }
  for (; version < recent.end(); ++version) {
    const storage::Record& record = *recent.at(version);
    const auto* edit = std::get_if<storage::Edit>(&record.change);
    value.value = edit ? protocol::transform_presence_value(value.value, edit->operation,
                                                            record.source == presence.source)
                       : "null";
  }
  auto notice = std::make_shared<PresenceNotice>();
  notice->encoded = protocol::encode_presence(value, presence.source);
  notice->sender = presence.session;
  notice->source = std::move(presence.source);
  notice->presence = std::move(value);
  return SharedPresence(std::move(notice));
}

}  // namespace cowrite::document
