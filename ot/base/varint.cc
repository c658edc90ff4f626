#include "ot/base/varint.h"

#include <cstddef>

namespace cowrite::ot {

void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80U) {
    out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < in.size() && index < 10; ++index) {
    const std::uint64_t byte = static_cast<unsigned char>(in[index]);
    if (index == 9 && byte > 1) return std::nullopt;  // Over 64 bits.
    value |= (byte & 0x7FU) << (7U * index);
    if (byte >= 0x80U) continue;
    if (byte == 0 && index > 0) return std::nullopt;  // Longer than needed.
    in.remove_prefix(index + 1);
    return value;
  }
  return std::nullopt;
}

}  // namespace cowrite::ot
