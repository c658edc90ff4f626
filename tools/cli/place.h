// A place in a document's history as it is written on the command line: `--at 12`, `--at
// 2026-11-20T06:11:00Z`.
#pragma once

#include <cstdint>
#include <string_view>

#include "ot/base/result.h"
#include "server/history/queries.h"

namespace cowrite::cli {

inline constexpr std::string_view kErrPlaceInvalid = "ERR_PLACE_INVALID";

// Digits only. Fails with kErrPlaceInvalid.
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view text);

// Digits are a version, anything else a time (storage/timestamp.h). Fails with kErrPlaceInvalid.
[[nodiscard]] Result<storage::VersionSelector> parse_place(std::string_view text);

}  // namespace cowrite::cli
