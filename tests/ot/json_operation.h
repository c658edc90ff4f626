// Operations as ot-text-unicode's JSON, for vectors and traces.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ot/operation.h"
#include "ot/result.h"

namespace cowrite::ot {

// REQUIRES: an array of numbers, strings and {"d": number or string}.
[[nodiscard]] Result<Operation> operation_from_json(const nlohmann::json& json);

// As JSON.stringify writes it.
[[nodiscard]] std::string to_json(const Operation& operation);

}  // namespace cowrite::ot
