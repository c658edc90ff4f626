#include "ot/invert.h"

#include <cstdint>
#include <string>
#include <utility>

namespace cowrite::ot {

Result<Operation> invert(const Operation& operation) {
  OperationBuilder inverse;
  for (const Component& component : operation) {
    switch (component.kind) {
      case Kind::kRetain:
        inverse.append(component);
        break;
      case Kind::kInsert:
        inverse.append({Kind::kDelete, component.length, component.text});
        break;
      case Kind::kDelete:
        if (component.text.empty()) {
          return Error{kErrOperationNotInvertible,
                       "A delete of the operation does not carry the text that it drops"};
        }
        inverse.append({Kind::kInsert, component.length, component.text});
        break;
    }
  }
  return std::move(inverse).build();
}

Result<Operation> invert(const Operation& operation, const Rope& before) {
  if (operation.input_length() > before.code_points()) {
    return Error{kErrOperationNotApplied, "The operation reaches past the end of the text"};
  }
  OperationBuilder inverse;
  std::uint64_t position = 0;
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
        if (component.text.empty()) {
          inverse.append(
              {Kind::kInsert, component.length, before.substring(position, component.length)});
        } else {
          inverse.append({Kind::kInsert, component.length, component.text});
        }
        position += component.length;
        break;
    }
  }
  return std::move(inverse).build();
}

}  // namespace cowrite::ot
