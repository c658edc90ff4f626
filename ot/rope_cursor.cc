#include "ot/rope_cursor.h"

#include "ot/rope_tree.h"

namespace cowrite::ot {

bool RopeCursor::erase(Subtree& tree, std::uint32_t begin, std::uint32_t end) {
  // The leaf of the first erased code point, not one that ends before it.
  if (!holds(begin) || !holds(end)) open(tree, begin + 1);
  if (!holds(end)) return false;
  const std::uint32_t bytes_min = path_length_ == 0 ? 1 : kLeafBytesMin;
  const TextSize dropped = leaf_->erase(begin - begin_, end - begin_, bytes_min, size_);
  size_ -= dropped;
  tree.size -= dropped;
  return dropped.bytes > 0;
}

void RopeCursor::settle() const {
  if (leaf_ == nullptr || path_length_ == 0) return;
  const TextSize change = size_ - path_[path_length_ - 1]->size;  // Modulo 2^32.
  for (std::size_t index = 0; index < path_length_; ++index) path_[index]->size += change;
}

void RopeCursor::close() {
  if (leaf_ == nullptr) return;
  settle();
  leaf_ = nullptr;
}

void RopeCursor::open(Subtree& tree, std::uint32_t position) {
  settle();
  path_length_ = 0;
  begin_ = 0;
  Subtree* step = &tree;
  while (step->node->height > 0) {
    Inner& inner = as_inner(step->node.make_own());
    // A place between two children belongs to the left one: what is typed at the end of a leaf
    // stays with it.
    step = inner.children;
    for (; position > begin_ + step->size.code_points; ++step) begin_ += step->size.code_points;
    path_[path_length_++] = step;
  }
  leaf_ = &as_leaf(step->node.make_own());
  size_ = step->size;
}

}  // namespace cowrite::ot
