// Operations as ot-text-unicode's JSON: [3, "text", {"d": 2}, {"d": "deleted text"}].
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ot/base/result.h"
#include "ot/operation.h"

namespace cowrite::protocol {

// Keeps the components as they came. Fails with ot::kErrOperationInvalid, naming the component.
[[nodiscard]] Result<ot::Operation> operation_from_json(const nlohmann::json& value);

// Appends what JSON.stringify writes.
void append_operation(std::string& out, const ot::Operation& operation);

// The same alone.
[[nodiscard]] std::string to_json(const ot::Operation& operation);

}  // namespace cowrite::protocol
