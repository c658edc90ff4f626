#include "ot/apply.h"

#include <cstdint>
#include <string>

namespace cowrite::ot {

Result<void> apply(Rope& text, const Operation& operation) {
  const std::uint64_t reach = operation.input_length();
  if (reach > text.code_points()) {
    return Error{kErrOperationNotApplied, "The operation reaches to " + std::to_string(reach) +
                                              ", the text only to " +
                                              std::to_string(text.code_points())};
  }
  if (operation.inserted_bytes() > Rope::kBytesMax - text.bytes()) {
    return Error{kErrOperationNotApplied,
                 "The text would become longer than " + std::to_string(Rope::kBytesMax) + " bytes"};
  }
  std::uint64_t position = 0;
  for (const Component& component : operation) {
    switch (component.kind) {
      case Kind::kRetain:
        position += component.length;
        break;
      case Kind::kInsert:
        text.insert(position, component.text);
        position += component.length;
        break;
      case Kind::kDelete:
        text.erase(position, component.length);
        break;
    }
  }
  return {};
}

}  // namespace cowrite::ot
