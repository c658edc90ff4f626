// Eight bytes of UTF-8 at a time. Each function gives a word with a 1 in every byte that is what it
// asks for; such words may be added up, kWordsPerSum at most, before sum() adds their bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cowrite::ot::utf8 {

inline constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
inline constexpr std::size_t kWordsPerSum = 255 / kWordBytes;  // The sum must fit the highest byte.

inline constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101U;

inline std::uint64_t load_word(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, kWordBytes);
  return word;
}

// Fewer than eight bytes, followed by zeros. Overlapping loads, since a copy of few bytes whose
// number is not known is a call. REQUIRES: bytes.size() < kWordBytes.
inline std::uint64_t load_few(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  const std::size_t count = bytes.size();
  const auto at = [bytes](std::size_t index) {
    return std::uint64_t{static_cast<unsigned char>(bytes[index])} << (8 * index);
  };
  if (count < 4) return count == 0 ? 0 : at(0) | at(count / 2) | at(count - 1);
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::memcpy(&first, bytes.data(), 4);
  std::memcpy(&last, bytes.data() + count - 4, 4);
  return first | std::uint64_t{last} << (8 * (count - 4));
}

inline bool is_ascii(std::uint64_t word) { return (word & (kOnes * 0x80U)) == 0; }

// First bytes of code points: all but 10xxxxxx.
inline std::uint64_t leads(std::uint64_t word) { return (~(word >> 7U) | (word >> 6U)) & kOnes; }

// First bytes of code points above U+FFFF: 11110xxx.
inline std::uint64_t leads_of_four(std::uint64_t word) {
  return (word >> 7U) & (word >> 6U) & (word >> 5U) & (word >> 4U) & kOnes;
}

// Line feeds. Adding 0x7F to seven bits carries into the eighth unless they are all 0.
inline std::uint64_t newlines(std::uint64_t word) {
  const std::uint64_t difference = word ^ (kOnes * '\n');
  return (~(((difference & (kOnes * 0x7FU)) + kOnes * 0x7FU) | difference) >> 7U) & kOnes;
}

inline std::size_t sum(std::uint64_t bytes) {
  return static_cast<std::size_t>((bytes * kOnes) >> 56U);
}

}  // namespace cowrite::ot::utf8
