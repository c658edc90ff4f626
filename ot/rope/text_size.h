// TextSize: the length of a text in every unit that is counted.
#pragma once

#include <cstdint>
#include <string_view>

namespace cowrite::ot {

// 32 bits each: a text is shorter than 4 GiB, and a rope's nodes hold many of these.
struct TextSize {
  std::uint32_t bytes = 0;
  std::uint32_t code_points = 0;
  std::uint32_t utf16_units = 0;
  std::uint32_t newlines = 0;  // '\n', and nothing else.

  TextSize& operator+=(const TextSize& other) {
    bytes += other.bytes;
    code_points += other.code_points;
    utf16_units += other.utf16_units;
    newlines += other.newlines;
    return *this;
  }
  TextSize& operator-=(const TextSize& other) {
    bytes -= other.bytes;
    code_points -= other.code_points;
    utf16_units -= other.utf16_units;
    newlines -= other.newlines;
    return *this;
  }
  friend TextSize operator+(TextSize left, const TextSize& right) { return left += right; }
  friend TextSize operator-(TextSize left, const TextSize& right) { return left -= right; }
  friend bool operator==(const TextSize&, const TextSize&) = default;

  // Every code point is one byte, so positions in it need no counting.
  [[nodiscard]] bool is_ascii() const { return bytes == code_points; }
};

[[nodiscard]] constexpr TextSize measure_code_point(std::string_view utf8) {
  const auto bytes = static_cast<std::uint32_t>(utf8.size());
  return {bytes, 1, bytes == 4 ? 2U : 1U, utf8[0] == '\n' ? 1U : 0U};
}

namespace internal {
[[nodiscard]] TextSize measure_any(std::string_view text);
}

// All sizes in one pass. REQUIRES: text is valid UTF-8, shorter than 4 GiB.
[[nodiscard]] inline TextSize measure(std::string_view text) {
  return text.size() == 1 ? measure_code_point(text) : internal::measure_any(text);
}

}  // namespace cowrite::ot
