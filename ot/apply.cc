#include "ot/apply.h"

#include <cstdint>
#include <string>

namespace cowrite::ot {

namespace {

Error past_the_end(std::uint64_t reach, std::uint64_t code_points) {
  return {kErrOperationNotApplied, "The operation reaches to " + std::to_string(reach) +
                                       ", the text only to " + std::to_string(code_points)};
}

Error too_long() {
  return {kErrOperationNotApplied,
          "The text would become longer than " + std::to_string(Rope::kBytesMax) + " bytes"};
}

}  // namespace

Result<void> apply(Rope& text, const Operation& operation) {
  const std::uint64_t reach = operation.input_length();
  if (reach > text.code_points()) return past_the_end(reach, text.code_points());
  const std::uint64_t room = Rope::kBytesMax - text.bytes();
  if (operation.text_bytes() > room && operation.inserted_bytes() > room) return too_long();
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
