// Typing: the text that clients insert, and the edits that they make.
//
// Every key that a well-behaved client presses is a code point that nobody pressed before in the
// run; so each can be looked for in the log, and must be there exactly once if it was acknowledged.
// What others write (the history from before the run, another node, an intruder) is ASCII.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "ot/operation.h"
#include "ot/rope/rope.h"
#include "tests/simulation/random.h"

namespace cowrite::simulation {

class Keyboard {
 public:
  explicit Keyboard(Random& random) : random_(random) {}

  // So many code points of two, three or four bytes.
  std::string press(std::uint64_t count);

 private:
  Random& random_;
  std::array<char32_t, 3> next_{0xA1, 0x800, 0x10000};
};

// True for a code point that a Keyboard gives.
[[nodiscard]] constexpr bool is_key(char32_t code_point) { return code_point >= 0xA1; }

// The code points of valid UTF-8.
[[nodiscard]] std::u32string code_points(std::string_view utf8);

// A few characters that nobody is told apart by, some of which JSON must escape.
[[nodiscard]] std::string scribble(Random& random);

// Inserts and deletes at a few places, valid for the text and never empty. `keys` makes what is
// inserted.
template <typename Keys>
[[nodiscard]] ot::Operation edit(Random& random, const ot::Rope& text, Keys&& keys) {
  ot::OperationBuilder builder;
  std::uint64_t at = 0;
  for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
    const std::uint64_t left = text.code_points() - at;
    const std::uint64_t skip = random.one_in(4) ? 0 : random.below(left + 1);
    builder.retain(skip);
    at += skip;
    const bool inserts = at == text.code_points() || !random.one_in(3);
    if (inserts) builder.insert(keys());
    if (at == text.code_points() || (inserts && !random.one_in(4))) continue;
    const std::uint64_t count =
        1 + random.below(std::min<std::uint64_t>(text.code_points() - at, 6));
    if (random.one_in(2)) {
      builder.erase(count);
    } else {
      builder.erase_text(text.substring(at, count));
    }
    at += count;
  }
  return std::move(builder).build();
}

// All text that it inserts, in order.
[[nodiscard]] std::string inserted_text(const ot::Operation& operation);

}  // namespace cowrite::simulation
