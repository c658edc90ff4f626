// The difference of two lists of lines: Myers' algorithm in linear space ("An O(ND) difference
// algorithm and its variations", 1986).
//
// Small differences are found exactly, with the fewest lines removed and added. Where two lists
// have too little in common for that, the search settles for the best way found so far: the work is
// at most about kDiffWorkMax comparisons and the memory proportional to the lists, whatever they
// hold.
//
// Why not the library dtl: it needs 39 s and 190 MB for two lists of 1,000,000 lines that have
// little in common, and has no bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cowrite::history {

// One or two seconds; what people edit stays a thousand times below.
inline constexpr std::size_t kDiffWorkMax = std::size_t{1} << 30;

// Equal numbers are equal lines.
using LineNumbers = std::span<const std::uint32_t>;

// Lines that were replaced by others; on one side there may be none.
struct LineChange {
  std::size_t before_begin = 0;
  std::size_t before_count = 0;
  std::size_t after_begin = 0;
  std::size_t after_count = 0;

  friend bool operator==(const LineChange&, const LineChange&) = default;
};

// In order, with at least one equal line between two of them.
[[nodiscard]] std::vector<LineChange> diff_lines(LineNumbers before, LineNumbers after);

}  // namespace cowrite::history
