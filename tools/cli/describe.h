// What a record did, in a few words: `+5 "hello" at 12`, `-3 at 40`, `created`.
#pragma once

#include <string>

#include "storage/record.h"
#include "tools/cli/paint.h"

namespace cowrite::cli {

// One line, safe to print. Positions count code points in the text before the change.
//
//     created                          created +120 "Once upon a time…"       deleted
//     +5 "hello" at 12                 -3 at 40                               -3 +5 "hello" at 40
//     +8 -3 in 4 places, 12 to 90      no change
[[nodiscard]] std::string describe(const storage::Change& change, const Painter& paint);

}  // namespace cowrite::cli
