#include "ot/position.h"

#include <algorithm>

namespace cowrite::ot {

std::uint64_t transform_position(std::uint64_t position, const Operation& operation,
                                 Origin origin) {
  std::uint64_t walked = 0;  // Where the next component stands in the new text.
  for (const Component& component : operation) {
    if (walked > position) break;
    switch (component.kind) {
      case Kind::kRetain:
        walked += component.length;
        break;
      case Kind::kInsert:
        if (walked == position && origin == Origin::kOther) break;
        walked += component.length;
        position += component.length;
        break;
      case Kind::kDelete:
        position -= std::min(component.length, position - walked);
        break;
    }
  }
  return position;
}

}  // namespace cowrite::ot
