#include "ot/rope/tree.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ot/base/check.h"
#include "ot/base/utf8.h"

namespace cowrite::ot {

namespace {

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
// REQUIRES: not empty and at most kLeafBytes + kLeafBytesFill.
Pair make_one_or_two_leaves(std::string_view text, const TextSize& size) {
  if (text.size() <= kLeafBytes) return {make_leaf(text, size), {}};
  const std::size_t left_bytes =
      std::max<std::size_t>(kLeafBytesLeft, text.size() - kLeafBytesFill);
  const std::size_t cut = utf8::floor_boundary(text, left_bytes);
  const TextSize left_size = measure(text.substr(0, cut));
  return {make_leaf(text.substr(0, cut), left_size), make_leaf(text.substr(cut), size - left_size)};
}

char* copy_pieces(const TwoPieces& pieces, char* out) {
  out = std::copy_n(pieces.first.data(), pieces.first.size(), out);
  return std::copy_n(pieces.second.data(), pieces.second.size(), out);
}

Pair join_leaves(const Subtree& left, const Subtree& right) {
  char both[kLeafBytes + kLeafBytesMin];  // One of them is too small.
  const char* end =
      copy_pieces(as_leaf(*right.node).whole(), copy_pieces(as_leaf(*left.node).whole(), both));
  return make_one_or_two_leaves({both, static_cast<std::size_t>(end - both)},
                                left.size + right.size);
}

// One node of the children if they fit, else two that are well above the minimum. REQUIRES: 2 <=
// count <= 2 * kFanout.
Pair make_one_or_two(Subtree* children, std::size_t count) {
  if (count <= kFanout) return {make_inner(children, count), {}};
  const std::size_t left = std::max<std::size_t>(kFanoutLeft, count - kFanoutFill);
  return {make_inner(children, left), make_inner(children + left, count - left)};
}

// The tree with the child at `index`, which was moved away, replaced by one or two.
// REQUIRES: the node has no other owner; tree.size is that of the result.
Pair replace_child(Subtree tree, std::size_t index, Pair replacement) {
  Inner& inner = as_inner(tree.node.make_own());
  inner.children[index] = std::move(replacement.first);
  if (!replacement.second.node) return {std::move(tree), {}};
  Subtree* const after = inner.children + index + 1;
  Subtree* const end = inner.children + inner.node.count;
  if (inner.node.count < kFanout) {
    std::move_backward(after, end, end + 1);
    *after = std::move(replacement.second);
    ++inner.node.count;
    return {std::move(tree), {}};
  }
  Subtree children[kFanout + 1];
  Subtree* out = std::move(inner.children, after, children);
  *out++ = std::move(replacement.second);
  std::move(after, end, out);
  return make_one_or_two(children, kFanout + 1);
}

Pair join_equal_heights(Subtree left, Subtree right) {
  const bool is_leaf = left.node->height == 0;
  const std::uint32_t minimum = is_leaf ? kLeafBytesMin : kFanoutMin;
  if (left.node->count >= minimum && right.node->count >= minimum) {
    return {std::move(left), std::move(right)};
  }
  if (is_leaf) return join_leaves(left, right);
  Subtree children[2 * kFanout];
  Inner& left_inner = as_inner(left.node.make_own());
  Inner& right_inner = as_inner(right.node.make_own());
  Subtree* end = std::move(left_inner.children, left_inner.children + left.node->count, children);
  end = std::move(right_inner.children, right_inner.children + right.node->count, end);
  return make_one_or_two(children, static_cast<std::size_t>(end - children));
}

// The higher tree keeps its children but the one at the seam, which is joined with the lower tree.
Pair join(Subtree left, Subtree right) {
  const std::uint16_t left_height = left.node->height;
  const std::uint16_t right_height = right.node->height;
  if (left_height == right_height) return join_equal_heights(std::move(left), std::move(right));
  const TextSize size = left.size + right.size;
  if (left_height > right_height) {
    Inner& inner = as_inner(left.node.make_own());
    const std::size_t last = std::size_t{inner.node.count} - 1;
    Pair seam = join(std::move(inner.children[last]), std::move(right));
    left.size = size;
    return replace_child(std::move(left), last, std::move(seam));
  }
  Inner& inner = as_inner(right.node.make_own());
  Pair seam = join(std::move(left), std::move(inner.children[0]));
  right.size = size;
  return replace_child(std::move(right), 0, std::move(seam));
}

Subtree one_tree(Pair pair) {
  if (!pair.second.node) return std::move(pair.first);
  Subtree children[] = {std::move(pair.first), std::move(pair.second)};
  return make_inner(children, 2);
}

Pair insert(Subtree tree, std::uint32_t position, std::string_view text, const TextSize& size) {
  tree.size += size;
  if (tree.node->height == 0) {
    const Leaf& leaf = as_leaf(*tree.node);
    const TextSize old_size = tree.size - size;
    char all[kLeafBytes + kLeafBytesFill];
    char* end = copy_pieces(leaf.piece(0, position, old_size), all);
    end = std::copy_n(text.data(), text.size(), end);
    end = copy_pieces(leaf.piece(position, old_size.code_points, old_size), end);
    return make_one_or_two_leaves({all, static_cast<std::size_t>(end - all)}, tree.size);
  }
  Inner& inner = as_inner(tree.node.make_own());
  std::size_t index = 0;
  for (; position > inner.children[index].size.code_points; ++index) {
    position -= inner.children[index].size.code_points;
  }
  Pair replacement = insert(std::move(inner.children[index]), position, text, size);
  return replace_child(std::move(tree), index, std::move(replacement));
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
  return one_tree(join(std::move(left), std::move(right)));
}

Subtree insert_in_tree(Subtree tree, std::uint32_t position, std::string_view text) {
  if (!tree.node) return build_tree(text);
  return one_tree(insert(std::move(tree), position, text, measure(text)));
}

CutTree cut_tree(Subtree tree, std::uint32_t code_points) {
  if (code_points == 0) return {{}, std::move(tree)};
  if (code_points == tree.size.code_points) return {std::move(tree), {}};
  if (tree.node->height == 0) {
    return {cut_leaf(tree, 0, code_points), cut_leaf(tree, code_points, tree.size.code_points)};
  }
  Inner& inner = as_inner(tree.node.make_own());
  std::size_t index = 0;
  for (; code_points >= inner.children[index].size.code_points; ++index) {
    code_points -= inner.children[index].size.code_points;
  }
  CutTree child = cut_tree(std::move(inner.children[index]), code_points);
  Subtree before = make_inner(inner.children, index);
  Subtree after = make_inner(inner.children + index + 1, inner.node.count - index - 1);
  return {join_trees(std::move(before), std::move(child.before)),
          join_trees(std::move(child.after), std::move(after))};
}

}  // namespace cowrite::ot
