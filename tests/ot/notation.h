// A short notation for operations in tests, the same in failures' messages:
//
//     3        retain 3 code points
//     'abc'    insert "abc"
//     -2       delete 2 code points
//     -'xy'    delete "xy"
//
// Components stand apart by spaces: "3 'abc' -2". A text holds no apostrophe.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "ot/operation.h"

namespace cowrite::ot {

[[nodiscard]] std::vector<Component> components(std::string_view notation);  // Borrowed texts.
[[nodiscard]] Operation op(std::string_view notation);  // CHECKs that it is valid.
[[nodiscard]] std::string to_notation(const Operation& operation);

void PrintTo(const Operation& operation, std::ostream* out);

// No empty component, no two neighbours of a kind, no trailing retain.
[[nodiscard]] bool is_normal(const Operation& operation);

}  // namespace cowrite::ot
