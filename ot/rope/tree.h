// The structure of a rope: building, cutting and joining trees. All else that changes a rope stays
// within one leaf.
//
// What holds in every tree:
//
//   - all leaves are at one depth, and no leaf is empty;
//   - every leaf but a root has at least kLeafBytesMin bytes, every inner node but a root at least
//     kFanoutMin children, and an inner root at least two; so the height is logarithmic;
//   - a leaf begins and ends between code points.
//
// The functions make their results from the nodes of their arguments, and change none that is
// shared.
#pragma once

#include <cstdint>
#include <string_view>

#include "ot/rope/leaf.h"
#include "ot/rope/node.h"

namespace cowrite::ot {

// Low minima, and pieces that are well above them, so that typing and deleting at one place does
// not cut and join again and again.
inline constexpr std::uint32_t kLeafBytesMin = kLeafBytes / 8;
inline constexpr std::uint32_t kFanoutMin = kFanout / 4;

// How full a leaf is made where there is a choice: room for some typing, little waste. So much more
// than a full leaf still fits into two, also where the cut must not fall into a code point.
inline constexpr std::uint32_t kLeafBytesFill = kLeafBytes * 15 / 16;

// REQUIRES: valid UTF-8, shorter than 4 GiB.
[[nodiscard]] Subtree build_tree(std::string_view text);

// The text of `left` followed by that of `right`. O(difference of the heights).
[[nodiscard]] Subtree join_trees(Subtree left, Subtree right);

// The tree with `text` before the code point number `position`. O(log n).
// REQUIRES: position <= tree.size.code_points; text has 1 to kLeafBytesFill bytes.
[[nodiscard]] Subtree insert_in_tree(Subtree tree, std::uint32_t position, std::string_view text);

struct CutTree {
  Subtree before;
  Subtree after;
};

// The first `code_points` of the tree, and all but them. O(log n).
// REQUIRES: code_points <= tree.size.code_points.
[[nodiscard]] CutTree cut_tree(Subtree tree, std::uint32_t code_points);

}  // namespace cowrite::ot
