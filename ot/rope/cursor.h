// RopeCursor: the leaf that a rope is being edited in, kept open from one edit to the next.
//
// What is typed where the leaf has its gap, and what is taken from either side of it, only moves an
// end of the gap: the leaf need not be searched again. Nor do sizes change with every character:
// those of the leaf and of all nodes above it lag behind until settle(), by one common change.
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
// points.
class RopeCursor {
 public:
  RopeCursor() {}  // NOLINT(modernize-use-equals-default): leaves the path as it is.

  // By how much the text is longer than its tree says, modulo 2^32; by less than a leaf.
  [[nodiscard]] TextSize change() const { return change_ + typed_plainly(); }

  // Puts one character where the gap is. False, with the text as it was, if the text is not one,
  // the position not there, or the leaf full. REQUIRES: text is not empty.
  [[nodiscard]] bool type(std::uint64_t position, std::string_view text);

  // Drops the character before the gap, which ends at `end`, or the one behind it, which begins at
  // `begin`. False, with the text as it was, if the gap is not there, the leaf has none on that
  // side, or too little of it would be left.
  [[nodiscard]] bool take_before(std::uint64_t end);
  [[nodiscard]] bool take_after(std::uint64_t begin);

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
  // No position is this.
  static constexpr std::uint64_t kNowhere = UINT64_MAX;

  // Of a line in ASCII.
  [[nodiscard]] static TextSize plain_size(std::size_t bytes) {
    const auto count = static_cast<std::uint32_t>(bytes);
    return {count, count, count, 0};
  }
  // Of one character, what plain_size() of its bytes leaves out.
  [[nodiscard]] static TextSize beyond_plain(std::string_view code_point) {
    return measure_code_point(code_point) - plain_size(code_point.size());
  }
  // How much longer typing has made the leaf is seen by its gap; nearly always, that is all.
  [[nodiscard]] TextSize typed_plainly() const { return plain_size(gap_bytes_then_ - gap_bytes()); }
  [[nodiscard]] TextSize leaf_size() const { return leaf_size_then_ + change(); }
  [[nodiscard]] bool holds(std::uint32_t position) const {
    return leaf_ != nullptr && position - begin_ <= leaf_size().code_points;
  }
  [[nodiscard]] std::size_t gap_bytes() const {
    return static_cast<std::size_t>(gap_end_ - gap_begin_);
  }
  // Counts what is taken from beside the gap. False, if too little of the leaf would be left.
  [[nodiscard]] bool take(std::string_view code_point);
  // REQUIRES: tree is not empty.
  void open(Subtree& tree, std::uint32_t position);
  // The gap as it is in the leaf, from where typing goes on; and back, with what was typed counted:
  // the leaf's own is not moved by typing.
  void take_gap();
  void put_gap();

  // The gap: code points before it, in the whole text, and its ends.
  std::uint64_t gap_at_ = kNowhere;
  char* gap_begin_ = nullptr;
  char* gap_end_ = nullptr;
  std::size_t gap_bytes_max_ = 0;  // Too little of the leaf would be left with a longer one.

  // Since the sizes of the leaf and of all above it were exact, but for typed_plainly().
  TextSize change_;
  std::size_t gap_bytes_then_ = 0;

  Leaf* leaf_ = nullptr;     // None is open.
  std::uint32_t begin_ = 0;  // Code points before the leaf.
  TextSize leaf_size_then_;  // When it was exact.
  // From the root's child to the leaf; empty if the root is the leaf.
  std::size_t path_length_ = 0;
  Subtree* path_[kHeightMax];
};

// Inline, as typing is nothing but these.

inline bool RopeCursor::type(std::uint64_t position, std::string_view text) {
  if (position != gap_at_ || text.size() > gap_bytes()) return false;
  if (text.size() == 1) {
    *gap_begin_++ = text[0];
    if (text[0] == '\n') ++change_.newlines;
  } else {
    if (!utf8::is_one_code_point(text)) return false;
    char* end = gap_begin_;
    for (const char byte : text) *end++ = byte;
    gap_begin_ = end;
    change_ += beyond_plain(text);
  }
  ++gap_at_;
  return true;
}

inline bool RopeCursor::take_before(std::uint64_t end) {
  if (end != gap_at_ || gap_begin_ == leaf_->text) return false;
  char* begin = gap_begin_ - 1;
  while (utf8::is_continuation(*begin)) --begin;
  if (!take({begin, static_cast<std::size_t>(gap_begin_ - begin)})) return false;
  gap_begin_ = begin;
  --gap_at_;
  return true;
}

inline bool RopeCursor::take_after(std::uint64_t begin) {
  if (begin != gap_at_ || gap_end_ == leaf_->text + kLeafBytes) return false;
  const std::size_t bytes = utf8::bytes_of_code_point(*gap_end_);
  if (!take({gap_end_, bytes})) return false;
  gap_end_ += bytes;
  return true;
}

inline bool RopeCursor::take(std::string_view code_point) {
  if (gap_bytes() + code_point.size() > gap_bytes_max_) return false;
  if (code_point.size() > 1 || code_point[0] == '\n') {
    change_ -= beyond_plain(code_point);
  }
  return true;
}

}  // namespace cowrite::ot
