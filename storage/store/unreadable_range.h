// Where a table cannot be read: a damaged block hides the entries that are in it, and those before
// and behind it are read as ever.
#pragma once

#include <string>

#include "ot/base/result.h"
#include "storage/store/view.h"

namespace cowrite::storage {

// A scan that begins at `from` or before finds the entries before the range, one that begins at
// `to` those behind it. Where the damage reaches an end of `within`, so does the range. It can be
// too large by some entries, where names are alike in many bytes. Empty if a scan from `place`
// succeeds.
//
// REQUIRES: `place` is in `within`. Fails as reading does, but with kErrDamaged.
[[nodiscard]] Result<KeyRange> find_unreadable_range(const View& view, Table table,
                                                     const KeyRange& within,
                                                     const std::string& place);

}  // namespace cowrite::storage
