// Restoration: the change that gives a document the text of an earlier version. The history grows
// by it and is never rewritten.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "server/history/room.h"
#include "storage/history.h"
#include "storage/version_selector.h"

namespace cowrite::history {

struct Restoration {
  std::uint64_t base = 0;                 // The newest version, which the change is made on.
  std::optional<storage::Change> change;  // None if the document has that text already.
};

// One edit, or the creation of a document that is deleted now. Fails as read_text() does,
// and with kErrNoRoom.
[[nodiscard]] Result<Restoration> make_restoration(const storage::History& history,
                                                   const storage::DocumentKey& key,
                                                   const storage::VersionSelector& at, Room& room);

// Makes one text of another, and touches as little as it can: whole lines that are in both stay, in
// changed lines the words, so that a blame goes on naming their authors. In texts too large to be
// compared, and where the edit would have more components than an operation may, all between the
// first and the last difference is replaced.
[[nodiscard]] ot::Operation replacement(std::string_view before, std::string_view after);

}  // namespace cowrite::history
