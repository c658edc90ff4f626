#include "ot/normalize.h"

#include <utility>

namespace cowrite::ot {

Operation normalize(const Operation& operation) {
  OperationBuilder result;
  for (const Component& component : operation) result.append(component);
  return std::move(result).build();
}

}  // namespace cowrite::ot
