#include "ot/rope_tree.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ot/check.h"
#include "ot/utf8.h"

namespace cowrite::ot {

namespace {

// How full a node is made where there is a choice: room for some typing, little waste.
constexpr std::uint32_t kLeafBytesFill = kLeafBytes * 15 / 16;
constexpr std::uint32_t kFanoutFill = kFanout * 15 / 16;

// Where full neighbours are cut anew, the left one gets this much and the right one the rest: what
// is typed at the end of a leaf leaves well filled ones behind.
constexpr std::uint32_t kLeafBytesLeft = kLeafBytes * 13 / 16;
constexpr std::uint32_t kFanoutLeft = kFanout * 11 / 16;

// REQUIRES: not empty and at most kLeafBytes.
Subtree make_leaf(const TwoPieces& pieces, const TextSize& size) {
  return {NodeRef(&Leaf::make(pieces, size.code_points)->node), size};
}

Subtree make_leaf(std::string_view text, const TextSize& size) {
  return make_leaf(TwoPieces{text, {}}, size);
}

// The code points of the leaf from begin to end. REQUIRES: begin < end.
Subtree cut_leaf(const Subtree& leaf, std::uint32_t begin, std::uint32_t end) {
  const TwoPieces pieces = as_leaf(*leaf.node).piece(begin, end, leaf.size);
  return make_leaf(pieces, measure(pieces.first) + measure(pieces.second));
}

// A tree of these children, moved from: with none empty, with one just that.
// REQUIRES: their heights are equal; at most kFanout.
Subtree make_inner(Subtree* children, std::size_t count) {
  if (count == 0) return {};
  if (count == 1) return std::move(children[0]);
  Inner* inner = new Inner;
  inner->node.height = static_cast<std::uint16_t>(children[0].node->height + 1);
  inner->node.count = static_cast<std::uint16_t>(count);
  TextSize size;
  for (std::size_t index = 0; index < count; ++index) {
    size += children[index].size;
    inner->children[index] = std::move(children[index]);
  }
  return {NodeRef(&inner->node), size};
}

// One or two trees of one height; `second` is empty if there is one.
struct Pair {
  Subtree first;
  Subtree second;
};

// One leaf if that is enough, else two that are well above the minimum.
Pair join_leaves(const Subtree& left, const Subtree& right) {
  char both[2 * kLeafBytes];
  char* end = both;
  for (const Subtree* tree : {&left, &right}) {
    const TwoPieces pieces = as_leaf(*tree->node).whole();
    end = std::copy_n(pieces.first.data(), pieces.first.size(), end);
    end = std::copy_n(pieces.second.data(), pieces.second.size(), end);
  }
  const std::string_view text(both, static_cast<std::size_t>(end - both));
  const TextSize size = left.size + right.size;
  if (text.size() <= kLeafBytes) return {make_leaf(text, size), {}};
  const std::size_t left_bytes = std::max<std::size_t>(
      std::min<std::size_t>(kLeafBytesLeft, text.size()), text.size() - kLeafBytesFill);
  const std::size_t cut = utf8::floor_boundary(text, left_bytes);
  const TextSize left_size = measure(text.substr(0, cut));
  return {make_leaf(text.substr(0, cut), left_size), make_leaf(text.substr(cut), size - left_size)};
}

// One node of the children if they fit, else two that are well above the minimum. REQUIRES: 2 <=
// count <= 2 * kFanout.
Pair make_one_or_two(Subtree* children, std::size_t count) {
  if (count <= kFanout) return {make_inner(children, count), {}};
  const std::size_t left = std::max<std::size_t>(kFanoutLeft, count - kFanoutFill);
  return {make_inner(children, left), make_inner(children + left, count - left)};
}

Pair join_equal_heights(Subtree left, Subtree right) {
  const bool is_leaf = left.node->height == 0;
  const std::uint32_t minimum = is_leaf ? kLeafBytesMin : kFanoutMin;
  if (left.node->count >= minimum && right.node->count >= minimum)
    return {std::move(left), std::move(right)};
  if (is_leaf) return join_leaves(std::move(left), right);
  Subtree children[2 * kFanout];
  const Inner& left_inner = as_inner(*left.node);
  const Inner& right_inner = as_inner(*right.node);
  Subtree* end = std::copy_n(left_inner.children, left.node->count, children);
  end = std::copy_n(right_inner.children, right.node->count, end);
  return make_one_or_two(children, static_cast<std::size_t>(end - children));
}

// The higher tree keeps its children but the one at the seam, which is joined with the lower tree.
Pair join(Subtree left, Subtree right) {
  const std::uint16_t left_height = left.node->height;
  const std::uint16_t right_height = right.node->height;
  if (left_height == right_height) return join_equal_heights(std::move(left), std::move(right));
  Subtree children[kFanout + 1];
  Subtree* end = children;
  if (left_height > right_height) {
    const Inner& inner = as_inner(*left.node);
    const std::size_t last = std::size_t{inner.node.count} - 1;
    end = std::copy_n(inner.children, last, children);
    Pair seam = join(inner.children[last], std::move(right));
    *end++ = std::move(seam.first);
    if (seam.second.node) *end++ = std::move(seam.second);
  } else {
    const Inner& inner = as_inner(*right.node);
    Pair seam = join(std::move(left), inner.children[0]);
    *end++ = std::move(seam.first);
    if (seam.second.node) *end++ = std::move(seam.second);
    end = std::copy_n(inner.children + 1, std::size_t{inner.node.count} - 1, end);
  }
  return make_one_or_two(children, static_cast<std::size_t>(end - children));
}

// Cuts the text into leaves of about kLeafBytesFill.
std::vector<Subtree> make_leaves(std::string_view text) {
  std::vector<Subtree> leaves;
  const std::size_t count = (text.size() + kLeafBytesFill - 1) / kLeafBytesFill;
  leaves.reserve(count + 1);
  while (!text.empty()) {
    // What is left, in equal parts: no leaf comes out small.
    const std::size_t parts = (text.size() + kLeafBytesFill - 1) / kLeafBytesFill;
    const std::string_view piece = text.substr(0, utf8::floor_boundary(text, text.size() / parts));
    leaves.push_back(make_leaf(piece, measure(piece)));
    text.remove_prefix(piece.size());
  }
  return leaves;
}

}  // namespace

Subtree build_tree(std::string_view text) {
  CHECK(text.size() <= UINT32_MAX);
  std::vector<Subtree> level = make_leaves(text);
  while (level.size() > 1) {
    std::vector<Subtree> above;
    for (std::size_t begin = 0; begin < level.size();) {
      const std::size_t rest = level.size() - begin;
      const std::size_t parts = (rest + kFanoutFill - 1) / kFanoutFill;
      above.push_back(make_inner(level.data() + begin, rest / parts));
      begin += rest / parts;
    }
    level = std::move(above);
  }
  return level.empty() ? Subtree{} : std::move(level[0]);
}

Subtree join_trees(Subtree left, Subtree right) {
  if (!left.node) return right;
  if (!right.node) return left;
  Pair pair = join(std::move(left), std::move(right));
  if (!pair.second.node) return std::move(pair.first);
  Subtree children[] = {std::move(pair.first), std::move(pair.second)};
  return make_inner(children, 2);
}

Subtree tree_before(const Subtree& tree, std::uint32_t code_points) {
  if (code_points == 0) return {};
  if (code_points == tree.size.code_points) return tree;
  if (tree.node->height == 0) return cut_leaf(tree, 0, code_points);
  const Inner& inner = as_inner(*tree.node);
  Subtree whole[kFanout];
  std::size_t index = 0;
  for (; code_points >= inner.children[index].size.code_points; ++index) {
    whole[index] = inner.children[index];
    code_points -= whole[index].size.code_points;
  }
  return join_trees(make_inner(whole, index), tree_before(inner.children[index], code_points));
}

Subtree tree_after(const Subtree& tree, std::uint32_t code_points) {
  if (code_points == 0) return tree;
  if (code_points == tree.size.code_points) return {};
  if (tree.node->height == 0) return cut_leaf(tree, code_points, tree.size.code_points);
  const Inner& inner = as_inner(*tree.node);
  std::size_t index = 0;
  for (; code_points >= inner.children[index].size.code_points; ++index) {
    code_points -= inner.children[index].size.code_points;
  }
  Subtree whole[kFanout];
  const std::size_t count = inner.node.count - index - 1;
  std::copy_n(inner.children + index + 1, count, whole);
  return join_trees(tree_after(inner.children[index], code_points), make_inner(whole, count));
}

}  // namespace cowrite::ot
