// The normal form of an operation: same effect, no two neighbours of a kind. See operation.h.
#pragma once

#include "ot/operation.h"

namespace cowrite::ot {

// Neighbouring deletes keep their text if both carry it, as in ot-text-unicode.
[[nodiscard]] Operation normalize(const Operation& operation);

[[nodiscard]] bool is_in_normal_form(const Operation& operation);

}  // namespace cowrite::ot
