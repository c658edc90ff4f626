// Where a table cannot be read: a damaged block hides the entries that are in it, and those before
// and behind it are read as ever.
#pragma once

#include <optional>
#include <string>

#include "ot/base/result.h"
#include "storage/store/view.h"

namespace cowrite::storage {

struct UnreadableRange {
  std::optional<std::string> before;  // The key of the last entry before it; absent if it has none.
  std::string end;                    // The first key from which a scan succeeds again.
};

// The range around `place`, which is empty, so that it ends at `place`, if a scan from there
// succeeds. Where the damage reaches an end of `within`, so does the range. It ends with a block:
// what is behind that is not hidden, even if it is damaged, too, further on.
//
// REQUIRES: `place` is in `within`. Fails as reading does, but with kErrDamaged.
[[nodiscard]] Result<UnreadableRange> find_unreadable_range(const View& view, Table table,
                                                            const KeyRange& within,
                                                            const std::string& place);

}  // namespace cowrite::storage
