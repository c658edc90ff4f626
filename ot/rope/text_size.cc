#include "ot/rope/text_size.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "ot/base/utf8_words.h"

namespace cowrite::ot {

namespace {

// Sixteen bytes at a time, as GCC and Clang write it for any processor. A comparison gives -1 in
// every byte where it holds, so subtracting it counts.
using Bytes [[gnu::vector_size(16)]] = std::uint8_t;

// So many of these can be counted in bytes before the sum of all sixteen counts exceeds a byte.
constexpr std::size_t kVectorsPerSum = 255 / sizeof(Bytes);

Bytes load_bytes(const char* at) {
  Bytes bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

// The sum of all bytes. REQUIRES: it is below 256.
std::uint32_t sum(const Bytes& bytes) {
  std::uint64_t words[2];
  std::memcpy(words, &bytes, sizeof words);
  return static_cast<std::uint32_t>(utf8::sum(words[0] + words[1]));
}

bool is_ascii(const Bytes& bytes) {
  std::uint64_t words[2];
  std::memcpy(words, &bytes, sizeof words);
  return utf8::is_ascii(words[0] | words[1]);
}

// REQUIRES: vectors <= kVectorsPerSum.
TextSize measure_vectors(const char* at, std::size_t vectors) {
  const auto bytes = static_cast<std::uint32_t>(vectors * sizeof(Bytes));
  Bytes any{};
  Bytes newlines{};
  for (std::size_t index = 0; index < vectors; ++index) {
    const Bytes vector = load_bytes(at + index * sizeof(Bytes));
    any |= vector;
    newlines -= static_cast<Bytes>(vector == '\n');
  }
  if (is_ascii(any)) return {bytes, bytes, bytes, sum(newlines)};
  Bytes continuations{};
  Bytes leads_of_four{};
  for (std::size_t index = 0; index < vectors; ++index) {
    const Bytes vector = load_bytes(at + index * sizeof(Bytes));
    continuations -= static_cast<Bytes>((vector & 0xC0U) == 0x80U);
    leads_of_four -= static_cast<Bytes>(vector >= 0xF0U);
  }
  const std::uint32_t code_points = bytes - sum(continuations);
  return {bytes, code_points, code_points + sum(leads_of_four), sum(newlines)};
}

// REQUIRES: text is shorter than Bytes.
TextSize measure_short(std::string_view text) {
  std::uint64_t leads = 0;
  std::uint64_t leads_of_four = 0;
  std::uint64_t newlines = 0;
  const auto add = [&](std::uint64_t word) {
    leads += utf8::leads(word);
    leads_of_four += utf8::leads_of_four(word);
    newlines += utf8::newlines(word);
  };
  const auto bytes = static_cast<std::uint32_t>(text.size());
  if (text.size() >= utf8::kWordBytes) {
    add(utf8::load_word(text.data()));
    text.remove_prefix(utf8::kWordBytes);
  }
  add(utf8::load_few(text));
  const auto padding = static_cast<std::uint32_t>(utf8::kWordBytes - text.size());
  const std::uint32_t code_points = static_cast<std::uint32_t>(utf8::sum(leads)) - padding;
  return {bytes, code_points, code_points + static_cast<std::uint32_t>(utf8::sum(leads_of_four)),
          static_cast<std::uint32_t>(utf8::sum(newlines))};
}

}  // namespace

TextSize internal::measure_any(std::string_view text) {
  TextSize size;
  while (text.size() >= sizeof(Bytes)) {
    const std::size_t vectors = std::min(text.size() / sizeof(Bytes), kVectorsPerSum);
    size += measure_vectors(text.data(), vectors);
    text.remove_prefix(vectors * sizeof(Bytes));
  }
  return text.empty() ? size : size + measure_short(text);
}

}  // namespace cowrite::ot
