// Cursors: where the last edits of a segment ended. Each edit moves those behind it, as in an
// editor, so that several people, or one who goes to and fro between some places, are each found
// where they were. The next edit is likely to be at one of them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "storage/format/segment_parts.h"

namespace cowrite::storage {

class Cursors {
 public:
  static constexpr std::size_t kCount = 8;  // The oldest gives way.

  // How many there are. For an edit, cursor 0 is the newest of the writer's own, if there is one;
  // the others follow, newest first. At first there is one, at 0, which is nobody's.
  [[nodiscard]] std::size_t size() const { return size_; }

  // Where the edit would be at this cursor: the one that is erased stands before it.
  // REQUIRES: cursor < size().
  [[nodiscard]] std::uint64_t expected(std::size_t cursor, std::size_t writer,
                                       const TextEdit& edit) const {
    return cursors_[index_of(cursor, writer)].place - edit.erased;
  }

  // The cursor that the edit is nearest to.
  [[nodiscard]] std::size_t nearest(std::size_t writer, const TextEdit& edit) const {
    std::size_t best = 0;
    int best_width = width_at(0, writer, edit);
    for (std::size_t cursor = 1; best_width > 0 && cursor < size_; ++cursor) {
      const int width = width_at(cursor, writer, edit);
      if (width >= best_width) continue;
      best = cursor;
      best_width = width;
    }
    return best;
  }

  // The edit is done. The cursor goes with it if it was near, else there is a new one.
  void move(std::size_t cursor, std::size_t writer, const TextEdit& edit) {
    std::size_t used = index_of(cursor, writer);
    if (!is_near(difference(edit.place, expected(cursor, writer, edit)))) {
      used = size_ < kCount ? size_++ : kCount - 1;
    }
    for (std::size_t i = 0; i < size_; ++i) follow(cursors_[i], edit);
    std::move_backward(cursors_.begin(), cursors_.begin() + used, cursors_.begin() + used + 1);
    cursors_.front() = {edit.place_after(), writer};
  }

 private:
  struct Cursor {
    std::uint64_t place = 0;
    std::size_t writer = ~std::size_t{0};  // At first nobody.
  };

  static constexpr std::int64_t kNear = 8;
  static bool is_near(std::int64_t distance) { return distance >= -kNear && distance <= kNear; }

  static void follow(Cursor& cursor, const TextEdit& edit) {
    if (cursor.place <= edit.place) return;
    const bool survives = cursor.place - edit.place > edit.erased;
    cursor.place = survives ? cursor.place - edit.erased + edit.inserted : edit.place;
  }

  [[nodiscard]] std::size_t index_of(std::size_t cursor, std::size_t writer) const {
    if (cursors_.front().writer == writer) return cursor;
    std::size_t own = 1;
    while (own < size_ && cursors_[own].writer != writer) ++own;
    if (own == size_) return cursor;
    if (cursor == 0) return own;
    return cursor <= own ? cursor - 1 : cursor;
  }

  // How many binary digits the distance has.
  [[nodiscard]] int width_at(std::size_t cursor, std::size_t writer, const TextEdit& edit) const {
    const std::int64_t distance = difference(edit.place, expected(cursor, writer, edit));
    return static_cast<int>(
        std::bit_width(static_cast<std::uint64_t>(distance < 0 ? -distance : distance)));
  }

  std::array<Cursor, kCount> cursors_;  // Newest first.
  std::size_t size_ = 1;
};

}  // namespace cowrite::storage
