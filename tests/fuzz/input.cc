#include "tests/fuzz/input.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "ot/base/check.h"

namespace cowrite::fuzz {
namespace {

constexpr std::array<std::string_view, 16> kAlphabet = {
    "a",      "b",      "\n",     " ",      "é",      "\u0301", "中",         "\u200D",
    "\uFFFF", "\u0080", "\u07FF", "\u0800", "\uE000", "😀",      "\U0010FFFF", "𝒳"};
constexpr std::size_t kComponentsMax = 16;
constexpr std::size_t kInsertMax = 8;  // Code points.

}  // namespace

std::uint8_t Input::byte() {
  if (bytes_.empty()) return 0;
  const std::uint8_t first = bytes_.front();
  bytes_ = bytes_.subspan(1);
  return first;
}

std::size_t Input::below(std::size_t limit) {
  CHECK(limit > 0 && limit <= 65'536);
  const std::size_t high = limit > 256 ? byte() : 0U;
  return (high * 256 + byte()) % limit;
}

std::string Input::text(std::size_t code_points) {
  std::string text;
  for (; code_points > 0; --code_points) text += kAlphabet[below(kAlphabet.size())];
  return text;
}

std::vector<ot::Component> Input::components(std::size_t length) {
  std::vector<ot::Component> made;
  for (std::size_t left = below(kComponentsMax + 1); left > 0; --left) {
    const auto choice = below(4);
    if (choice == 0) {
      made.push_back({ot::Kind::kInsert, 0, texts_.emplace_back(text(below(kInsertMax)))});
      continue;
    }
    const std::size_t count = std::min(below(16), length);
    length -= count;
    if (choice == 1) made.push_back({ot::Kind::kRetain, count, {}});
    if (choice == 2) made.push_back({ot::Kind::kDelete, count, {}});
    if (choice == 3) made.push_back({ot::Kind::kDelete, 0, texts_.emplace_back(text(count))});
  }
  return made;
}

}  // namespace cowrite::fuzz
