// Rope: a long text that is cheap to edit and to copy.
//
// A B-tree with leaves of UTF-8, about 1 KiB each. Every node knows its size in bytes, code points,
// UTF-16 units and newlines, so edits and conversions between these take O(log n). Copies share
// their nodes: a copy is O(1) and never changes when the original is edited, which then copies the
// nodes on the way to the edit.
//
// One Rope is used by one thread at a time; reading counts as use, but not on a rope that has not
// been edited since it was made, copied or moved. Different Ropes, copies of each other included,
// may be read, edited and destroyed on different threads at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ot/rope/cursor.h"
#include "ot/rope/node.h"

namespace cowrite::ot {

// What a position counts. A position in lines is the beginning of a line: 0 is the beginning of the
// text, n the place after the n-th '\n'.
enum class Unit { kByte, kCodePoint, kUtf16, kLine };

class Rope {
 public:
  static constexpr std::uint64_t kBytesMax = 0xFFFF'FFFF;

  Rope() = default;
  // At memory speed. REQUIRES: valid UTF-8 of at most kBytesMax bytes.
  explicit Rope(std::string_view utf8);

  // Shares all nodes: O(log n) if there were edits since the last copy, else O(1). A rope that was
  // moved from is empty.
  Rope(const Rope& other);
  Rope(Rope&& other) noexcept;
  Rope& operator=(const Rope& other);
  Rope& operator=(Rope&& other) noexcept;
  ~Rope() = default;

  [[nodiscard]] bool empty() const { return bytes() == 0; }
  [[nodiscard]] std::uint64_t bytes() const { return tree_.size.bytes + cursor_.change().bytes; }
  [[nodiscard]] std::uint64_t code_points() const {
    return tree_.size.code_points + cursor_.change().code_points;
  }
  [[nodiscard]] std::uint64_t utf16_units() const {
    return tree_.size.utf16_units + cursor_.change().utf16_units;
  }
  // The number of lines: one more than there are '\n'.
  [[nodiscard]] std::uint64_t lines() const {
    return std::uint64_t{tree_.size.newlines + cursor_.change().newlines} + 1;
  }

  // Puts `text` before the code point number `position`.
  // REQUIRES: position <= code_points(); text is valid UTF-8; the result has at most kBytesMax
  // bytes.
  void insert(std::uint64_t position, std::string_view text);

  // Drops `count` code points from `position` on. REQUIRES: position + count <= code_points().
  void erase(std::uint64_t position, std::uint64_t count);

  // A keystroke where the last edit was: insert() of one character, and erase() of one on either
  // side. False, with the text as it was, if it is not that; also beyond the end, and if the text
  // is about as long as it may be. REQUIRES: text is valid UTF-8 and not empty.
  [[nodiscard]] bool type(std::uint64_t position, std::string_view text);
  [[nodiscard]] bool take(std::uint64_t position);

  [[nodiscard]] std::string to_string() const;

  // REQUIRES: position + count <= code_points().
  [[nodiscard]] std::string substring(std::uint64_t position, std::uint64_t count) const;

  // Calls function(std::string_view) with the pieces of the text in order; each is valid UTF-8 and
  // not empty.
  template <typename Function>
  void for_each_chunk(Function&& function) const {
    for_each_chunk(0, code_points(), std::forward<Function>(function));
  }
  // The same, of `count` code points from `position` on.
  // REQUIRES: position + count <= code_points().
  template <typename Function>
  void for_each_chunk(std::uint64_t position, std::uint64_t count, Function&& function) const {
    visit(
        static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position + count),
        [](void* context, std::string_view chunk) {
          (*static_cast<std::remove_reference_t<Function>*>(context))(chunk);
        },
        const_cast<void*>(static_cast<const void*>(&function)));
  }

  // The same place counted in another unit. A place inside a code point counts as that code point's
  // beginning; in lines, as its line. REQUIRES: the position is within the text (in lines: less
  // than lines()).
  [[nodiscard]] std::uint64_t convert(std::uint64_t position, Unit from, Unit to) const;

  // The same for two ropes that are not empty only if one is a copy of the other, and neither has
  // been edited since. Another rope may have it when this one is gone.
  [[nodiscard]] const void* identity() const { return closed().node.get(); }

  friend bool operator==(const Rope& left, const Rope& right);

 private:
  friend class RopeInspector;  // Of the tests: checks what holds in every tree.

  using Visitor = void (*)(void* context, std::string_view chunk);
  void visit(std::uint32_t begin, std::uint32_t end, Visitor visitor, void* context) const;

  // The tree with all sizes exact.
  const Subtree& settled() const {
    cursor_.settle(tree_);
    return tree_;
  }
  // The same, and no cursor in it: it may be shared or changed.
  Subtree& closed() const {
    cursor_.close(tree_);
    return tree_;
  }

  // What is not typed or taken where the last edit was. Never inlined, so that typing does not pay
  // for it.
  [[gnu::noinline]] void insert_anywhere(std::uint32_t at, std::string_view text);
  [[gnu::noinline]] void erase_anywhere(std::uint32_t begin, std::uint32_t end);

  // Mutable because sizes that lag behind are made exact when they are first asked for.
  mutable Subtree tree_;
  mutable RopeCursor cursor_;
};

// Inline, as typing is nothing but these.

[[gnu::always_inline]] inline bool Rope::type(std::uint64_t position, std::string_view text) {
  // The text is longer than its tree says, but by less than a leaf.
  return tree_.size.bytes <= kBytesMax - kLeafBytes && cursor_.type(position, text);
}

[[gnu::always_inline]] inline bool Rope::take(std::uint64_t position) {
  return cursor_.take_before(position + 1) || cursor_.take_after(position);
}

}  // namespace cowrite::ot
