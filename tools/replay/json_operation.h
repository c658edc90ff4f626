// Operations as ot-text-unicode's JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ot/operation.h"
#include "ot/result.h"

namespace cowrite::replay {

// REQUIRES: an array of numbers, strings and {"d": number or string}.
[[nodiscard]] Result<ot::Operation> operation_from_json(const nlohmann::json& json);

// As JSON.stringify writes it.
[[nodiscard]] std::string to_json(const ot::Operation& operation);

}  // namespace cowrite::replay
