// RopeCursor: the leaf that a rope is being edited in, kept open from one edit to the next.
//
// What is typed goes on where it went on before, so the leaf need not be searched again, and the
// sizes of the nodes between the root and the leaf need not change with every character: they lag
// behind until settle(). The root's size and the text itself never do.
//
// While a cursor is open, all nodes from the root to its leaf belong to its tree alone, so it must
// be closed before the tree is shared, moved or changed by other means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ot/rope_leaf.h"
#include "ot/rope_node.h"

namespace cowrite::ot {

class RopeCursor {
 public:
  RopeCursor() {}  // NOLINT(modernize-use-equals-default): leaves the path as it is.

  // Puts the text before the code point number `position`, in the leaf that is open if the place is
  // within it, else in another that is opened. False, with the text as it was, if that has no room.
  // REQUIRES: position <= tree.size.code_points; text is not empty.
  [[nodiscard]] bool insert(Subtree& tree, std::uint32_t position, std::string_view text);

  // Drops the code points from begin to end. False, with the text as it was, if not all of them are
  // in one leaf or too little of it would be left.
  // REQUIRES: begin < end <= tree.size.code_points.
  [[nodiscard]] bool erase(Subtree& tree, std::uint32_t begin, std::uint32_t end);

  // Makes all sizes exact; the leaf stays open.
  void settle() const;
  // Settles, and forgets the leaf.
  void close();

 private:
  // More than any tree of 4 GiB has: at least 4 children to a node, at least 125 bytes to a leaf.
  static constexpr std::size_t kHeightMax = 16;

  [[nodiscard]] bool holds(std::uint32_t position) const {
    return leaf_ != nullptr && position - begin_ <= size_.code_points;
  }
  void insert_measured(Subtree& tree, std::uint32_t position, std::string_view text,
                       const TextSize& added);
  // REQUIRES: tree is not empty.
  void open(Subtree& tree, std::uint32_t position);

  Leaf* leaf_ = nullptr;     // None is open.
  std::uint32_t begin_ = 0;  // Code points before the leaf.
  TextSize size_;            // The leaf's, exact.
  // From the root's child to the leaf; empty if the root is the leaf.
  std::size_t path_length_ = 0;
  Subtree* path_[kHeightMax];
};

// Inline, because typing is nothing but this.
inline bool RopeCursor::insert(Subtree& tree, std::uint32_t position, std::string_view text) {
  if (!holds(position)) [[unlikely]] {
    if (!tree.node) return false;
    open(tree, position);
  }
  if (text.size() > kLeafBytes - leaf_->node.count) [[unlikely]]
    return false;
  // Most of what is typed is one byte; that known, what follows is a store and a few sums.
  if (text.size() == 1) {
    insert_measured(tree, position, {text.data(), 1}, measure_byte(text[0]));
  } else {
    insert_measured(tree, position, text, measure(text));
  }
  return true;
}

[[gnu::always_inline]] inline void RopeCursor::insert_measured(Subtree& tree,
                                                               std::uint32_t position,
                                                               std::string_view text,
                                                               const TextSize& added) {
  leaf_->insert(position - begin_, text, added.code_points, size_);
  size_ += added;
  tree.size += added;
}

}  // namespace cowrite::ot
