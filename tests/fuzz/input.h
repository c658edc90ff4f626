// Input: the bytes of a fuzzer as a source of choices. When they are used up, every choice is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "ot/operation.h"

namespace cowrite::fuzz {

class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  // REQUIRES: 0 < limit <= 2^16.
  std::size_t below(std::size_t limit);

  // Valid UTF-8 of one to four bytes a code point.
  std::string text(std::size_t code_points);

  // Up to 16 components that reach no further than `length` code points; not every such list is a
  // valid operation. Their texts are borrowed from here.
  std::vector<ot::Component> components(std::size_t length);

 private:
  std::uint8_t byte();

  std::span<const std::uint8_t> bytes_;
  std::deque<std::string> texts_;  // Of all components.
};

}  // namespace cowrite::fuzz
