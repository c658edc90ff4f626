#include "ot/normalize.h"

#include <utility>

namespace cowrite::ot {

Operation normalize(const Operation& operation) {
  OperationBuilder result;
  for (const Component& component : operation) result.append(component);
  return std::move(result).build();
}

bool is_in_normal_form(const Operation& operation) {
  bool is_first = true;
  Kind last = Kind::kRetain;
  for (const Component& component : operation) {
    if (!is_first && component.kind == last) return false;
    last = component.kind;
    is_first = false;
  }
  return true;
}

}  // namespace cowrite::ot
