// Cases that npm ot-text-unicode has answered, one JSON object each; tests/differential/cases.js
// describes their fields.
#pragma once

#include <string>
#include <vector>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "server/protocol/json_value.h"

namespace cowrite::replay {

// The text of a case and its operations: `a` and `b` were made on it, `c` on what `a` makes of it.
struct VectorInput {
  std::string doc;
  ot::Operation a;
  ot::Operation b;
  ot::Operation c;
};

// Fails with ot::kErrOperationInvalid, also where a field is missing.
[[nodiscard]] Result<VectorInput> vector_input(protocol::JsonValue vector);

// What this library answers otherwise than the case says: "al is [1], should be [2]". Fields that
// are not there are not compared.
[[nodiscard]] std::vector<std::string> vector_differences(const VectorInput& input,
                                                          protocol::JsonValue vector);

}  // namespace cowrite::replay
