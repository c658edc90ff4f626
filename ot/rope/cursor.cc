#include "ot/rope/cursor.h"

#include "ot/rope/tree.h"

namespace cowrite::ot {

bool RopeCursor::insert(Subtree& tree, std::uint32_t position, std::string_view text) {
  count_typed(tree);
  if (!holds(position)) {
    if (!tree.node) return false;
    open(tree, position);
  }
  if (text.size() > kLeafBytes - leaf_->node.count) return false;
  const TextSize added = measure(text);
  leaf_->insert(position - begin_, text, added, size_);
  size_ += added;
  tree.size += added;
  await_typing();
  return true;
}

bool RopeCursor::erase(Subtree& tree, std::uint32_t begin, std::uint32_t end) {
  count_typed(tree);
  // The leaf of the first erased code point, not one that ends before it.
  if (!holds(begin) || !holds(end)) open(tree, begin + 1);
  if (!holds(end)) return false;
  const std::uint32_t bytes_min = path_length_ == 0 ? 1 : kLeafBytesMin;
  const TextSize dropped = leaf_->erase(begin - begin_, end - begin_, bytes_min, size_);
  size_ -= dropped;
  tree.size -= dropped;
  await_typing();
  return dropped.bytes > 0;
}

void RopeCursor::settle(Subtree& tree) {
  count_typed(tree);
  if (leaf_ == nullptr || path_length_ == 0) return;
  const TextSize change = size_ - path_[path_length_ - 1]->size;  // Modulo 2^32.
  for (std::size_t index = 0; index < path_length_; ++index) path_[index]->size += change;
}

void RopeCursor::close(Subtree& tree) {
  settle(tree);
  leaf_ = nullptr;
  room_ = 0;
}

void RopeCursor::open(Subtree& tree, std::uint32_t position) {
  settle(tree);
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
  // In a large text the leaf is far from the processor: the place, at least in ASCII, together with
  // the beginning.
  __builtin_prefetch(as_leaf(*step->node).text + (position - begin_));
  leaf_ = &as_leaf(step->node.make_own());
  size_ = step->size;
  await_typing();
}

void RopeCursor::await_typing() {
  typing_begin_ = begin_ + leaf_->before_code_points;
  room_ = kLeafBytes - leaf_->node.count;
  typed_text_ = leaf_->text + leaf_->before_bytes;
}

void RopeCursor::count_typed(Subtree& tree) {
  if (typed_.bytes == 0) return;
  leaf_->grow_before(typed_);
  size_ += typed_;
  tree.size += typed_;
  typed_ = {};
  await_typing();
}

}  // namespace cowrite::ot
