// What the commands that change documents share: who does it, and what they print as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/history/changes.h"
#include "storage/document_key.h"

namespace cowrite::cli {

// Whom a history names for a change, if nobody else is named.
inline constexpr std::string_view kOperatorName = "operator";

// Fails with kErrUsage if a history cannot name such an author.
[[nodiscard]] Result<void> check_author(const std::optional<std::string>& author);

// {"collection":"docs","id":"notes","version":13,"changed":true}
[[nodiscard]] std::string changed_json(const storage::DocumentKey& key,
                                       const history::ChangeDone& done);

}  // namespace cowrite::cli
