// UTF-8: validation, counting, and finding a code point.
//
// Code points are Unicode scalar values, U+0000 included; UTF-16 units count two for those above
// U+FFFF. All but is_valid() take valid text for granted, or pieces of it cut between code points.
#pragma once

#include <cstddef>
#include <string_view>

namespace cowrite::ot::utf8 {

// Strict: no overlong form, no surrogate, nothing above U+10FFFF, nothing cut off.
[[nodiscard]] bool is_valid(std::string_view bytes);

[[nodiscard]] std::size_t count_code_points(std::string_view text);

// Where the code point number `code_points` begins; text.size() if there are just that many.
// REQUIRES: the text has at least `code_points` code points.
[[nodiscard]] std::size_t byte_offset(std::string_view text, std::size_t code_points);

// Where the last `code_points` code points begin. The same place from the other side, for callers
// that know which is nearer. REQUIRES: as byte_offset().
[[nodiscard]] std::size_t byte_offset_from_end(std::string_view text, std::size_t code_points);

// Where the code point at this many UTF-16 units begins, also if they end in the middle of it.
// REQUIRES: the text has at least `units` UTF-16 units.
[[nodiscard]] std::size_t byte_offset_of_utf16(std::string_view text, std::size_t units);

// Whether the byte is the second or a later one of a code point.
[[nodiscard]] constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// How many bytes the code point has that begins with this one.
[[nodiscard]] constexpr std::size_t bytes_of_code_point(char first) {
  const auto lead = static_cast<unsigned char>(first);
  return lead < 0x80U ? 1U : lead < 0xE0U ? 2U : lead < 0xF0U ? 3U : 4U;
}

// Whether the text is one code point. REQUIRES: not empty.
[[nodiscard]] constexpr bool is_one_code_point(std::string_view text) {
  return text.size() == bytes_of_code_point(text[0]);
}

// `offset`, or if that is inside a code point, where that begins. REQUIRES: offset <= text.size().
[[nodiscard]] constexpr std::size_t floor_boundary(std::string_view text, std::size_t offset) {
  while (offset > 0 && offset < text.size() && is_continuation(text[offset])) --offset;
  return offset;
}

}  // namespace cowrite::ot::utf8
