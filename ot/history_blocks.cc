#include "ot/history_blocks.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"

namespace cowrite::ot {

namespace {

// What a transform costs beyond its components, and a composition beyond its own, both counted in
// components.
constexpr std::size_t kTransformOverhead = 4;
constexpr std::size_t kComposeOverhead = 16;

std::size_t bytes_of(const Shape& shape) { return shape.capacity() * sizeof(ShapeComponent); }

std::size_t bytes_of(const std::vector<Landmark>& landmarks) {
  return landmarks.capacity() * sizeof(Landmark);
}

}  // namespace

HistoryBlocks::HistoryBlocks(std::uint64_t version, const Limits& limits)
    : limits_(limits), begin_(version), end_(version) {}

// ---- Finding things

HistoryBlocks::Slot& HistoryBlocks::slot(std::size_t level, std::uint64_t index) {
  Level& found = levels_[level];
  return found.slots[index - found.first];
}

const HistoryBlocks::Leaf& HistoryBlocks::leaf(std::uint64_t index) const {
  return leaves_[index - begin_ / kLeafOperations];
}

ShapeView HistoryBlocks::shape_at(std::uint64_t version) const {
  const Leaf& found = leaf(version / kLeafOperations);
  const std::uint64_t place = version % kLeafOperations;
  const std::size_t first = place == 0 ? 0 : found.ends[place - 1];
  return ShapeView(found.components).subspan(first, found.ends[place] - first);
}

template <typename One, typename Whole>
void HistoryBlocks::walk(std::uint64_t from, std::uint64_t to, One pass_one,
                         Whole pass_block) const {
  while (from < to) {
    if (from % kLeafOperations != 0 || to - from < kLeafOperations) {
      pass_one(from);
      ++from;
      continue;
    }
    std::size_t level = 0;
    while (from % block_size(level + 1) == 0 && to - from >= block_size(level + 1)) ++level;
    pass_block(level, from / block_size(level));
    from += block_size(level);
  }
}

// ---- Adding

void HistoryBlocks::push(const Operation& operation) {
  const std::uint64_t place = end_ % kLeafOperations;
  if (leaves_.empty() || place == 0) {
    leaves_.emplace_back();
    leaf_bytes_ += sizeof(Leaf);
  }
  Leaf& last = leaves_.back();
  leaf_bytes_ -= bytes_of(last.components);
  append_shape(operation, last.components);
  last.ends[place] = static_cast<std::uint32_t>(last.components.size());
  ++end_;
  if (end_ % kLeafOperations == 0) {
    last.components.shrink_to_fit();
    open_slots();
  }
  leaf_bytes_ += bytes_of(last.components);
  while (end_ - begin_ > limits_.operations || leaf_bytes_ > limits_.bytes / 2) drop_oldest_leaf();
}

// For the blocks that end with the leaf just filled, as far as all of them is here.
void HistoryBlocks::open_slots() {
  for (std::size_t level = 0; end_ % block_size(level) == 0; ++level) {
    if (end_ - begin_ < block_size(level)) return;
    if (level == levels_.size()) levels_.emplace_back();
    Level& opened = levels_[level];
    if (opened.slots.empty()) opened.first = end_ / block_size(level) - 1;
    opened.slots.emplace_back();
  }
}

void HistoryBlocks::drop_oldest_leaf() {
  CHECK(!leaves_.empty());
  leaf_bytes_ -= sizeof(Leaf) + bytes_of(leaves_.front().components);
  leaves_.pop_front();
  begin_ = std::min(end_, (begin_ / kLeafOperations + 1) * kLeafOperations);
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    Level& dropped = levels_[level];
    if (dropped.slots.empty() || dropped.first * block_size(level) >= begin_) continue;
    release(dropped.slots.front());
    dropped.slots.pop_front();
    ++dropped.first;
  }
}

void HistoryBlocks::release(Slot& slot) {
  if (!slot.block) return;
  block_bytes_ -= sizeof(Block) + bytes_of(slot.block->shape) + bytes_of(slot.block->landmarks);
  slot = {};
}

// Down to three quarters of the bound, so that it is long until the next time.
void HistoryBlocks::drop_smallest_blocks() {
  if (block_bytes_ <= limits_.bytes / 2) return;
  for (Level& level : levels_) {
    for (Slot& dropped : level.slots) {
      if (block_bytes_ <= limits_.bytes / 8 * 3) return;
      release(dropped);
    }
  }
}

// ---- Rebasing

Operation HistoryBlocks::rebase(Operation operation, std::uint64_t from, std::uint64_t to) {
  CHECK(begin_ <= from && from <= to && to <= end_);
  if (operation.size() > kManyComponents && to - from >= kLeafOperations) {
    const Shape composed = compose_range(from, to);
    work_ += operation.size() + composed.size();
    operation = transform(operation, composed);
  } else {
    walk(
        from, to, [&](std::uint64_t version) { pass(operation, version); },
        [&](std::size_t level, std::uint64_t index) { pass(operation, level, index); });
  }
  drop_smallest_blocks();
  return operation;
}

void HistoryBlocks::pass(Operation& operation, std::uint64_t version) {
  const ShapeView shape = shape_at(version);
  work_ += operation.size() + shape.size() + kTransformOverhead;
  operation = transform(operation, shape);
}

void HistoryBlocks::pass(Operation& operation, std::size_t level, std::uint64_t index) {
  Slot& passed = slot(level, index);
  if (!passed.block) {
    const std::size_t parts = level == 0 ? kLeafOperations : 2;
    passed.paid += (parts - 1) * (operation.size() + kTransformOverhead);
    if (passed.paid < composing_cost(level, index)) return pass_parts(operation, level, index);
    compose(level, index);
  }
  Block& block = *passed.block;
  if (block.landmarks.empty() && block.shape.size() > kLandmarkStride) {
    block.landmarks = make_landmarks(block.shape);
    block_bytes_ += bytes_of(block.landmarks);
  }
  // Between landmarks it skips what it does not touch.
  work_ += operation.size() + std::min(block.shape.size(), operation.size() * kLandmarkStride) +
           kTransformOverhead;
  operation = transform(operation, block.shape, block.landmarks);
}

void HistoryBlocks::pass_parts(Operation& operation, std::size_t level, std::uint64_t index) {
  if (level > 0) {
    pass(operation, level - 1, 2 * index);
    pass(operation, level - 1, 2 * index + 1);
    return;
  }
  const std::uint64_t first = index * kLeafOperations;
  for (std::uint64_t version = first; version < first + kLeafOperations; ++version) {
    pass(operation, version);
  }
}

// Of composing this block from its halves; while those are not composed, it is not its turn.
std::size_t HistoryBlocks::composing_cost(std::size_t level, std::uint64_t index) {
  if (level == 0) return 4 * (leaf(index).components.size() + kComposeOverhead);
  const Slot& left = slot(level - 1, 2 * index);
  const Slot& right = slot(level - 1, 2 * index + 1);
  if (!left.block || !right.block) return SIZE_MAX;
  return left.block->shape.size() + right.block->shape.size() + kComposeOverhead;
}

// ---- Composing

// Neighbours of about one size are composed with each other: the blocks of a range grow and then
// shrink, and its cost is that of the largest.
Shape HistoryBlocks::compose_range(std::uint64_t from, std::uint64_t to) {
  std::vector<Shape> parts;  // Each more than twice as long as the next.
  const auto join_last_two = [this, &parts] {
    Shape joined;
    work_ += parts[parts.size() - 2].size() + parts.back().size();
    rebase_compose(parts[parts.size() - 2], parts.back(), joined);
    parts.pop_back();
    parts.back() = std::move(joined);
  };
  const auto add = [&](Shape part) {
    parts.push_back(std::move(part));
    while (parts.size() > 1 && parts[parts.size() - 2].size() <= 2 * parts.back().size()) {
      join_last_two();
    }
  };
  walk(
      from, to,
      [&](std::uint64_t version) {
        const ShapeView shape = shape_at(version);
        add(Shape(shape.begin(), shape.end()));
      },
      [&](std::size_t level, std::uint64_t index) { add(compose(level, index)); });
  while (parts.size() > 1) join_last_two();
  return std::move(parts.front());
}

const Shape& HistoryBlocks::compose(std::size_t level, std::uint64_t index) {
  Slot& composed = slot(level, index);
  if (composed.block) return composed.block->shape;
  auto block = std::make_unique<Block>();
  if (level == 0) {
    block->shape = compose_leaf(index);
  } else {
    const Shape& left = compose(level - 1, 2 * index);
    const Shape& right = compose(level - 1, 2 * index + 1);
    work_ += left.size() + right.size();
    rebase_compose(left, right, block->shape);
    if (block_bytes_ > limits_.bytes / 2) {
      release(slot(level - 1, 2 * index));
      release(slot(level - 1, 2 * index + 1));
    }
  }
  block->shape.shrink_to_fit();
  block_bytes_ += sizeof(Block) + bytes_of(block->shape);
  composed.block = std::move(block);
  return composed.block->shape;
}

// Two and two, then those two and two, in two buffers that change places.
Shape HistoryBlocks::compose_leaf(std::uint64_t index) {
  const Leaf& composed = leaf(index);
  work_ += 3 * composed.components.size();  // Once for each halving of the leaf's eight.
  Shape shapes = composed.components;
  std::array<std::uint32_t, kLeafOperations> ends = composed.ends;
  Shape joined;
  for (std::size_t count = kLeafOperations; count > 1; count /= 2) {
    joined.clear();
    joined.reserve(shapes.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < count; i += 2) {
      const ShapeView all(shapes);
      rebase_compose(all.subspan(begin, ends[i] - begin),
                     all.subspan(ends[i], ends[i + 1] - ends[i]), joined);
      begin = ends[i + 1];
      ends[i / 2] = static_cast<std::uint32_t>(joined.size());
    }
    std::swap(shapes, joined);
  }
  return shapes;
}

}  // namespace cowrite::ot
