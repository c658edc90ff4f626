// Cases that npm ot-text-unicode has answered, one JSON object each; tests/differential/cases.js
// describes their fields.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "ot/operation.h"

namespace cowrite::replay {

// The text of a case and its operations: `a` and `b` were made on it, `c` on what `a` makes of it.
struct VectorInput {
  std::string doc;
  ot::Operation a;
  ot::Operation b;
  ot::Operation c;
};

// Both throw nlohmann::json::exception where a field is missing or not what it should be.

// Fails with ot::kErrOperationInvalid.
[[nodiscard]] Result<VectorInput> vector_input(const nlohmann::json& vector);

// What this library answers otherwise than the case says: "al is [1], should be [2]". Fields that
// are not there are not compared.
[[nodiscard]] std::vector<std::string> vector_differences(const VectorInput& input,
                                                          const nlohmann::json& vector);

}  // namespace cowrite::replay
