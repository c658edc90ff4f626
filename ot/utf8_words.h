// Eight bytes of UTF-8 at a time. Each function gives a word with a 1 in every byte that is what it
// asks for; such words may be added up, kWordsPerSum at most, before sum() adds their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cowrite::ot::utf8 {

inline constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
inline constexpr std::size_t kWordsPerSum = 255 / kWordBytes;  // The sum must fit the highest byte.

inline constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101U;

inline std::uint64_t load_word(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, kWordBytes);
  return word;
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
