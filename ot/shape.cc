#include "ot/shape.h"

namespace cowrite::ot {

void append_shape(const Operation& operation, Shape& out) {
  ShapeBuilder builder(out);
  for (const Component& component : operation) builder.append(component.kind, component.length);
  builder.finish();
}

}  // namespace cowrite::ot
