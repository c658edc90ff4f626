// Restoration: a document's text of an earlier version as a change of the document as it is now, so
// that history is added to and never rewritten.
#pragma once

#include <cstdint>
#include <optional>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "server/history/queries.h"
#include "storage/history.h"

namespace cowrite::history {

struct Restoration {
  std::uint64_t base = 0;                 // The newest version, which the change is made on.
  std::optional<storage::Change> change;  // None if the text is that already.
};

// One edit, or the creation of a document that is deleted now. Fails as read_text() does.
[[nodiscard]] Result<Restoration> make_restoration(const storage::History& history,
                                                   const storage::DocumentKey& key,
                                                   const storage::VersionSelector& at);

// Makes one text of another by replacing what lies between their common beginning and end.
[[nodiscard]] ot::Operation replacement(std::string_view before, std::string_view after);

}  // namespace cowrite::history
