// The version of the whole format (FORMAT.md). It stands under a key of its own, whose place and
// form are the same in every format to come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::storage {

// Data of a newer format is refused; data of an older one is upgraded when it is opened for
// writing.
inline constexpr std::uint64_t kFormatVersion = 2;

// Written last when a store is created, and first when it is upgraded.
inline constexpr std::string_view kFormatKey = "format";

// The version that the key's value names. Fails with kErrDamaged or kErrNewerFormat.
[[nodiscard]] Result<std::uint64_t> read_format(std::string_view value, const std::string& folder);

// What its owner is told when a folder's format was upgraded.
[[nodiscard]] std::string describe_upgrade(std::uint64_t from);

}  // namespace cowrite::storage
