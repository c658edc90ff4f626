// Operations as ot-text-unicode's JSON: [3, "text", {"d": 2}, {"d": "deleted text"}].
#pragma once

#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "server/protocol/json_reader.h"
#include "server/protocol/json_writer.h"

namespace cowrite::protocol {

// Keeps the components as they came. Both fail with ot::kErrOperationInvalid, naming the component.
[[nodiscard]] Result<ot::Operation> read_operation(const JsonValue& value);
[[nodiscard]] Result<ot::Operation> parse_operation(std::string_view json);

// Writes what JSON.stringify writes.
void write_operation(JsonWriter& out, const ot::Operation& operation);

// The same alone.
[[nodiscard]] std::string to_json(const ot::Operation& operation);

}  // namespace cowrite::protocol
