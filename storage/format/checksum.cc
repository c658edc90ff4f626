#include "storage/format/checksum.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace cowrite::storage {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // x^32 + x^28 + ... + 1, lowest power first.

using Table = std::array<std::uint32_t, 256>;

// Row 0 advances the remainder by one byte; row n also by n zero bytes after it, so that eight
// bytes are eight independent look-ups.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t row = 1; row < tables.size(); ++row) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t previous = tables[row - 1][byte];
      tables[row][byte] = (previous >> 8) ^ tables[0][previous & 0xFF];
    }
  }
  return tables;
}

constexpr std::array<Table, 8> kTables = make_tables();

static_assert(std::endian::native == std::endian::little, "eight bytes are read as one integer");

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  std::uint32_t remainder = ~before;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    word ^= remainder;
    remainder = 0;
    for (std::size_t i = 0; i < 8; ++i) remainder ^= kTables[7 - i][(word >> (8 * i)) & 0xFF];
  }
  for (const char byte : bytes) {
    const std::uint32_t index = (remainder ^ static_cast<std::uint8_t>(byte)) & 0xFF;
    remainder = (remainder >> 8) ^ kTables[0][index];
  }
  return ~remainder;
}

}  // namespace cowrite::storage
