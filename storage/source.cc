#include "storage/source.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "storage/format/sha256.h"

namespace cowrite::storage {

std::string source_of(std::string_view principal, std::string_view id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kBytes = 16;
  std::string hashed(principal);
  hashed.push_back('\0');
  hashed += id;
  const std::array<std::uint8_t, 32> digest = sha256(hashed);
  std::string name;
  name.reserve(2 * kBytes);
  for (std::size_t i = 0; i < kBytes; ++i) {
    name += kDigits[digest[i] >> 4U];
    name += kDigits[digest[i] & 0xFU];
  }
  return name;
}

}  // namespace cowrite::storage
