// The version of the whole format (FORMAT.md). It stands under a key of its own, whose place and
// form are the same in every format to come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::storage {

// Data of a newer format is refused.
inline constexpr std::uint64_t kFormatVersion = 1;

// Written last when a store is created.
inline constexpr std::string_view kFormatKey = "format";

// Checks the value of the key. Fails with kErrDamaged or kErrNewerFormat.
[[nodiscard]] Result<void> check_format(std::string_view value, const std::string& folder);

}  // namespace cowrite::storage
