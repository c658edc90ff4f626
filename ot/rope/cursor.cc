#include "ot/rope/cursor.h"

#include "ot/rope/tree.h"

namespace cowrite::ot {

bool RopeCursor::insert(Subtree& tree, std::uint32_t position, std::string_view text) {
  put_gap();
  if (!holds(position)) {
    if (!tree.node) return false;
    open(tree, position);
  }
  if (text.size() > gap_bytes()) return false;
  const TextSize added = measure(text);
  leaf_->insert(position - begin_, text, added, leaf_size());
  change_ += added;
  take_gap();
  return true;
}

bool RopeCursor::erase(Subtree& tree, std::uint32_t begin, std::uint32_t end) {
  put_gap();
  // The leaf of the first erased code point, not one that ends before it.
  if (!holds(begin) || !holds(end)) open(tree, begin + 1);
  if (!holds(end)) return false;
  const auto bytes_min = static_cast<std::uint32_t>(kLeafBytes - gap_bytes_max_);
  const TextSize dropped = leaf_->erase(begin - begin_, end - begin_, bytes_min, leaf_size());
  change_ -= dropped;
  take_gap();
  return dropped.bytes > 0;
}

void RopeCursor::settle(Subtree& tree) {
  put_gap();
  if (leaf_ == nullptr) return;
  tree.size += change_;
  for (std::size_t index = 0; index < path_length_; ++index) path_[index]->size += change_;
  leaf_size_then_ += change_;
  change_ = {};
}

void RopeCursor::close(Subtree& tree) {
  if (leaf_ == nullptr) return;
  settle(tree);
  leaf_ = nullptr;
  gap_at_ = kNowhere;
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
  leaf_size_then_ = step->size;
  gap_bytes_max_ = kLeafBytes - (path_length_ == 0 ? 1 : kLeafBytesMin);
  take_gap();
}

void RopeCursor::take_gap() {
  gap_at_ = std::uint64_t{begin_} + leaf_->before_code_points;
  gap_begin_ = leaf_->text + leaf_->before_bytes;
  gap_end_ = leaf_->text + kLeafBytes - leaf_->after().size();
  gap_bytes_then_ = gap_bytes();
}

void RopeCursor::put_gap() {
  if (leaf_ == nullptr) return;
  // Not counted always: then the sizes of all nodes above would wait for a leaf that is far away.
  if (gap_bytes() != gap_bytes_then_) {
    change_ += typed_plainly();
    gap_bytes_then_ = gap_bytes();
  }
  leaf_->node.count = static_cast<std::uint16_t>(kLeafBytes - gap_bytes());
  leaf_->before_bytes = static_cast<std::uint16_t>(gap_begin_ - leaf_->text);
  leaf_->before_code_points = static_cast<std::uint16_t>(gap_at_ - begin_);
}

}  // namespace cowrite::ot
