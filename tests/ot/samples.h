// Texts and operations to try the laws on: all small ones, and random ones from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ot/operation.h"

namespace cowrite::ot {

// Every operation in normal form on a text of `length` code points with at most `inserts` inserts,
// each of one or two code points, the letter saying which insert it is of which operation.
[[nodiscard]] std::vector<Operation> all_operations(std::size_t length, std::size_t inserts,
                                                    char letter);

// A seeded source of texts and operations. Its alphabet has one to four bytes, combining and
// joining characters.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t limit);  // REQUIRES: limit > 0.
  std::string text(std::size_t code_points);
  // A valid operation on a text of `length` code points; half of the time not in normal form.
  Operation operation(std::uint64_t length);
  // The same, in normal form.
  Operation normal_operation(std::uint64_t length);

 private:
  std::vector<Component> components(std::uint64_t length);

  std::mt19937_64 engine_;
  std::vector<std::string> texts_;  // Of the components being made.
};

// The text as code points, and back: the plain reference that ropes and operations are compared
// with.
[[nodiscard]] std::u32string to_code_points(std::string_view utf8);
[[nodiscard]] std::string to_utf8(std::u32string_view code_points);

// apply(), the slow and obvious way. REQUIRES: the operation is valid for the text.
[[nodiscard]] std::string plain_apply(const std::string& text, const Operation& operation);

// apply() on a rope made for it.
[[nodiscard]] std::string rope_apply(const std::string& text, const Operation& operation);

}  // namespace cowrite::ot
