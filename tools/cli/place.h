// A place in a document's history as it is written on the command line: `--at 12`, `--at
// 2026-11-20T06:11:00Z`.
#pragma once

#include <string_view>

#include "ot/result.h"
#include "server/api/reading.h"

namespace cowrite::cli {

inline constexpr std::string_view kErrPlaceInvalid = "ERR_PLACE_INVALID";

// Digits are a version, anything else a time (storage/timestamp.h). Fails with kErrPlaceInvalid.
[[nodiscard]] Result<server::Place> parse_place(std::string_view text);

}  // namespace cowrite::cli
