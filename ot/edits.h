// The edits of an operation: its inserts and deletes in order, each with the position where it is
// made in the text that the edits before it left.
#pragma once

#include <cstdint>

#include "ot/base/result.h"
#include "ot/operation.h"

namespace cowrite::ot {

// Calls insert(position, component) and erase(position, component).
template <typename Insert, typename Erase>
void for_each_edit(const Operation& operation, Insert insert, Erase erase) {
  std::uint64_t position = 0;
  for (const Component& component : operation) {
    switch (component.kind) {
      case Kind::kRetain:
        position += component.length;
        break;
      case Kind::kInsert:
        insert(position, component);
        position += component.length;
        break;
      case Kind::kDelete:
        erase(position, component);
        break;
    }
  }
}

// kErrOperationNotApplied: the operation needs `reach` code points of a text of `length`.
[[nodiscard, gnu::cold]] Error past_the_end(std::uint64_t reach, std::uint64_t length);

}  // namespace cowrite::ot
