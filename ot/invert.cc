#include "ot/invert.h"

#include <cstdint>
#include <utility>

#include "ot/edits.h"

namespace cowrite::ot {

namespace {

// `before` fills in what the deletes do not carry; null if it is not known.
Result<Operation> invert_with(const Operation& operation, const Rope* before) {
  OperationBuilder inverse;
  std::uint64_t position = 0;  // In `before`.
  for (const Component& component : operation) {
    switch (component.kind) {
      case Kind::kRetain:
        inverse.append(component);
        position += component.length;
        break;
      case Kind::kInsert:
        inverse.append({Kind::kDelete, component.length, component.text});
        break;
      case Kind::kDelete:
        if (!component.text.empty()) {
          inverse.append({Kind::kInsert, component.length, component.text});
        } else if (before != nullptr) {
          inverse.append(
              {Kind::kInsert, component.length, before->substring(position, component.length)});
        } else {
          return Error{kErrOperationNotInvertible,
                       "A delete of the operation does not carry the text that it drops"};
        }
        position += component.length;
        break;
    }
  }
  return std::move(inverse).build();
}

}  // namespace

Result<Operation> invert(const Operation& operation) { return invert_with(operation, nullptr); }

Result<Operation> invert(const Operation& operation, const Rope& before) {
  const std::uint64_t reach = operation.input_length();
  if (reach > before.code_points()) return past_the_end(reach, before.code_points());
  return invert_with(operation, &before);
}

}  // namespace cowrite::ot
