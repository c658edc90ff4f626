// Pieces of texts, such as lines or words, and which of them differ.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "server/history/line_diff.h"

namespace cowrite::history {

// One after the other they are the text that they are pieces of.
using Pieces = std::vector<std::string_view>;

// Each line with its line break, which the last one may not have. Only "\n" ends a line.
[[nodiscard]] Pieces split_lines(std::string_view text);
[[nodiscard]] std::size_t count_lines(std::string_view text);

// Each word with the spaces after it; what stands between words, and a character of a script that
// has no spaces, is a piece of its own.
[[nodiscard]] Pieces split_words(std::string_view text);

// diff_lines() of any pieces.
[[nodiscard]] std::vector<LineChange> diff_pieces(const Pieces& before, const Pieces& after);

}  // namespace cowrite::history
