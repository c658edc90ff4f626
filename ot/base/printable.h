// Foreign text made safe to show: names, authors and documents may hold anything, escape sequences
// for terminals included.
//
// Characters that a terminal would obey instead of showing are written out: controls as \n, \x1b or
// \u0085, marks that turn the direction of writing as \u202e, bytes that are not UTF-8 as \xff.
// JSON, which has no raw controls below U+0020, stays the same JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cowrite::ot {

// For text within a line.
[[nodiscard]] std::string printable(std::string_view text);

// For a whole text: line breaks (LF, CRLF), tabs and the direction of writing stay as they are.
[[nodiscard]] std::string printable_lines(std::string_view text);

// In double quotes, with quotes and backslashes inside escaped too, cut to `code_points_max` with
// "…" before the closing quote.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t code_points_max);

// Columns of a terminal that a printable text takes: two for a wide character, none for one that
// combines. REQUIRES: the locale is a UTF-8 one.
[[nodiscard]] std::size_t columns(std::string_view text);

}  // namespace cowrite::ot
