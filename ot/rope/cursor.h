// RopeCursor: the leaf that a rope is being edited in, kept open from one edit to the next.
//
// What is typed at one place, or taken back, only goes into the gap of the leaf and out of it, and
// has a size of its own until the typing ends: the leaf need not be searched again, nor the sizes
// of all nodes above it change with every character. Other edits in the leaf change its size and
// the root's, and those between the two lag behind until settle().
//
// While a cursor is open, all nodes from the root to its leaf belong to its tree alone, so it must
// be closed before the tree is shared, moved or changed by other means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ot/base/utf8.h"
#include "ot/rope/leaf.h"
#include "ot/rope/node.h"

namespace cowrite::ot {

// All functions that take a tree take the same one until the cursor is closed. Positions count code
// points, and what is typed with them.
class RopeCursor {
 public:
  RopeCursor() {}  // NOLINT(modernize-use-equals-default): leaves the path as it is.

  // What is typed, and in no other size yet.
  [[nodiscard]] const TextSize& typed() const { return typed_; }

  // Puts one character where the last edit ended. False, with the text as it was, if the text is
  // not one, the position not there, or the leaf full.
  [[nodiscard]] bool type(std::uint32_t position, std::string_view text);

  // Takes back what was typed last, one character that ends at `end`. False, with the text as it
  // was, if nothing is typed there.
  [[nodiscard]] bool take_back(std::uint32_t end);

  // Puts the text before the code point number `position`, in the leaf that is open if the place is
  // within it, else in another that is opened. False, with the text as it was, if that has no room.
  // REQUIRES: the position is within the text; text is not empty.
  [[nodiscard]] bool insert(Subtree& tree, std::uint32_t position, std::string_view text);

  // Drops the code points from begin to end. False, with the text as it was, if not all of them are
  // in one leaf or too little of it would be left. REQUIRES: begin < end, and all are there.
  [[nodiscard]] bool erase(Subtree& tree, std::uint32_t begin, std::uint32_t end);

  // Makes all sizes exact; the leaf stays open.
  void settle(Subtree& tree);
  // Settles, and forgets the leaf.
  void close(Subtree& tree);

 private:
  // More than any tree of 4 GiB has: at least 4 children to a node, at least 125 bytes to a leaf.
  static constexpr std::size_t kHeightMax = 16;

  [[nodiscard]] bool holds(std::uint32_t position) const {
    return leaf_ != nullptr && position - begin_ <= size_.code_points;
  }
  // REQUIRES: tree is not empty.
  void open(Subtree& tree, std::uint32_t position);
  // Typing may begin where the leaf has its gap now.
  void await_typing();
  // What is typed becomes part of the leaf, of its size and of the root's.
  void count_typed(Subtree& tree);

  // Where typing goes on; with no room at all, nowhere.
  std::uint32_t typing_begin_ = 0;
  TextSize typed_;
  std::uint32_t room_ = 0;  // Bytes, those typed included.
  char* typed_text_ = nullptr;

  Leaf* leaf_ = nullptr;     // None is open.
  std::uint32_t begin_ = 0;  // Code points before the leaf.
  TextSize size_;            // The leaf's, exact but for what is typed.
  // From the root's child to the leaf; empty if the root is the leaf.
  std::size_t path_length_ = 0;
  Subtree* path_[kHeightMax];
};

// Inline, as typing is nothing but this.
inline bool RopeCursor::type(std::uint32_t position, std::string_view text) {
  if (position - typing_begin_ != typed_.code_points || text.size() > room_ - typed_.bytes) {
    return false;
  }
  if (text.size() == 1) {
    typed_text_[typed_.bytes] = text[0];
    typed_ += measure_byte(text[0]);
  } else {
    if (!utf8::is_one_code_point(text)) return false;
    for (std::size_t index = 0; index < text.size(); ++index) {
      typed_text_[typed_.bytes + index] = text[index];
    }
    const auto bytes = static_cast<std::uint32_t>(text.size());
    typed_ += {bytes, 1, bytes == 4 ? 2U : 1U, 0};
  }
  return true;
}

inline bool RopeCursor::take_back(std::uint32_t end) {
  if (typed_.bytes == 0 || end - typing_begin_ != typed_.code_points) return false;
  std::uint32_t begin = typed_.bytes - 1;
  while (utf8::is_continuation(typed_text_[begin])) --begin;
  typed_ -= measure({typed_text_ + begin, typed_.bytes - begin});
  return true;
}

}  // namespace cowrite::ot
