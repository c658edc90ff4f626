// Hand: what an author types. One key after the other at a cursor, which others' edits move: a
// letter, or a backspace, so that the text keeps about its length; and now and then the cursor goes
// somewhere else.
//
// Letters come in a cycle of 62, so that no two near each other are the same: an operation that
// took another's place is seen.
#pragma once

#include <cstdint>
#include <random>

#include "ot/operation.h"
#include "ot/rope/rope.h"

namespace cowrite::load {

class Hand {
 public:
  // Keeps the text at about this many code points.
  Hand(std::uint64_t length, std::mt19937_64& random);

  // The next key, in this text.
  [[nodiscard]] ot::Operation press(const ot::Rope& text);
  // Somebody else's operation has changed the text.
  void move_over(const ot::Operation& operation);

  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

  std::uint64_t length_;
  std::mt19937_64& random_;
  std::uint64_t position_ = 0;
  bool placed_ = false;
  std::size_t next_letter_ = 0;
};

}  // namespace cowrite::load
