// HistoryBlocks: the shapes of a run of committed operations, and of blocks of them, composed where
// that pays: an operation made n operations ago is rebased by about 2 log2 n transforms.
//
// Versions count committed operations. 8 operations from a multiple of 8 are a leaf; a block of
// level k is the rebase composition of 2^k leaves, from a multiple of its size:
//
//     level 1   [              ][              ]
//     level 0   [      ][      ][      ][      ]
//     leaves    ........ ........ ........ ........ ...      each dot an operation
//
// A block is composed when passing its halves one after the other has cost as much as composing it
// would; so the first to come from far away do not wait for blocks that they alone need. Only
// operations of many components compose what they pass at once, since they would cost n times
// their length.
//
// Memory is bounded. The oldest operations go first, with their blocks. Blocks beyond the bound go
// too, the smallest first, and are composed anew when needed.
//
// Belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "ot/operation.h"
#include "ot/rebase_composition.h"
#include "ot/shape.h"

namespace cowrite::ot {

class HistoryBlocks {
 public:
  // An operation of more components has what it passes composed at once: at this length, composing
  // a thousand operations costs as much as passing them.
  static constexpr std::size_t kManyComponents = 64;

  struct Limits {
    std::size_t operations = 0;
    std::size_t bytes = 0;  // Half of it for the operations, half for the blocks.
  };

  // No operations, at the end of a history of `version` records.
  HistoryBlocks(std::uint64_t version, const Limits& limits);

  // The operations begin() <= version < end() are here.
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  // About the memory that it takes.
  [[nodiscard]] std::size_t bytes() const { return leaf_bytes_ + block_bytes_; }
  // How much rebase() has cost so far: about how many components it has gone over.
  [[nodiscard]] std::uint64_t work() const { return work_; }

  // Adds the operation numbered end(); drops the oldest beyond the limits.
  void push(const Operation& operation);

  // The operation, made at version `from`, as it is to be made at version `to`: transform()ed, side
  // left, over one after the other. REQUIRES: begin() <= from <= to <= end(); the operation is in
  // normal form, and all of its deletes carry their text or none does.
  [[nodiscard]] Operation rebase(Operation operation, std::uint64_t from, std::uint64_t to);

 private:
  static constexpr std::uint64_t kLeafOperations = 8;

  struct Leaf {
    Shape components;                                   // Of all operations, one after the other.
    std::array<std::uint32_t, kLeafOperations> ends{};  // Where each ends.
  };
  struct Block {
    Shape shape;
    std::vector<Landmark> landmarks;  // Made when it is first passed.
  };
  struct Slot {
    std::unique_ptr<Block> block;  // Absent until it is composed.
    std::size_t paid = 0;          // For passing its parts instead of it, in components.
  };
  struct Level {
    std::uint64_t first = 0;  // The index of slots[0]: index * size is its first version.
    std::deque<Slot> slots;
  };

  [[nodiscard]] static std::uint64_t block_size(std::size_t level) {
    return kLeafOperations << level;
  }
  [[nodiscard]] Slot& slot(std::size_t level, std::uint64_t index);
  [[nodiscard]] const Leaf& leaf(std::uint64_t index) const;
  [[nodiscard]] ShapeView shape_at(std::uint64_t version) const;

  // Calls pass_one(version) and pass_block(level, index) for what lies between, in order.
  template <typename One, typename Whole>
  void walk(std::uint64_t from, std::uint64_t to, One pass_one, Whole pass_block) const;

  void pass(Operation& operation, std::uint64_t version);
  void pass(Operation& operation, std::size_t level, std::uint64_t index);
  void pass_parts(Operation& operation, std::size_t level, std::uint64_t index);
  [[nodiscard]] std::size_t composing_cost(std::size_t level, std::uint64_t index);
  [[nodiscard]] Shape compose_range(std::uint64_t from, std::uint64_t to);
  const Shape& compose(std::size_t level, std::uint64_t index);
  [[nodiscard]] Shape compose_leaf(std::uint64_t index);

  void open_slots();
  void drop_oldest_leaf();
  void drop_smallest_blocks();
  void release(Slot& slot);

  Limits limits_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::deque<Leaf> leaves_;  // The first holds begin_, if there are any.
  std::deque<Level> levels_;
  std::size_t leaf_bytes_ = 0;
  std::size_t block_bytes_ = 0;
  std::uint64_t work_ = 0;
};

}  // namespace cowrite::ot
