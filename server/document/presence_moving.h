// Presences of a document on their way to its channel. move_presence: rewrites a document's
// presence over the records that its sender had not seen, so that it fits the text that the others
// have.
#pragma once

#include <variant>

#include "server/document/messages.h"
#include "server/document/recent_records.h"

namespace cowrite::document {

// The presence as it is, for its channel.
[[nodiscard]] SharedPresence make_notice(DocumentPresence presence);

// The presence for its channel; or its refusal, if it is too far behind or has no known type.
[[nodiscard]] std::variant<SharedPresence, PresenceRefused> move_presence(
    DocumentPresence presence, const RecentRecords& recent);

}  // namespace cowrite::document
