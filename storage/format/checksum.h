// CRC-32C (Castagnoli), the checksum at the end of every stored value.
#pragma once

#include <cstdint>
#include <string_view>

namespace cowrite::storage {

// The checksum of `bytes`, or, given the checksum of what came before, of both together: crc32c(b,
// crc32c(a)) == crc32c(a + b).
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace cowrite::storage
