// A rope and a plain string go through the same edits; copies stay as they were.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "ot/base/check.h"
#include "ot/rope/rope.h"
#include "tests/fuzz/input.h"
#include "tests/ot/samples.h"

namespace {

using cowrite::fuzz::Input;
using cowrite::ot::Rope;
using cowrite::ot::to_code_points;
using cowrite::ot::to_utf8;
using cowrite::ot::Unit;

constexpr std::size_t kLengthMax = 6'000;  // Code points: a dozen leaves.
constexpr std::size_t kNearby = 32;

std::size_t utf16_units(std::u32string_view text) {
  const auto astral = [](char32_t code_point) { return code_point > 0xFFFF; };
  return text.size() + static_cast<std::size_t>(std::ranges::count_if(text, astral));
}

// On the way, around one place: all of it would take longer than the edits.
void check_near(const Rope& rope, const std::u32string& plain, std::size_t place) {
  const std::size_t begin = place - std::min(place, kNearby);
  const std::size_t count = std::min(plain.size() - begin, 2 * kNearby);
  CHECK(rope.code_points() == plain.size());
  CHECK(rope.substring(begin, count) == to_utf8(std::u32string_view(plain).substr(begin, count)));
}

// Also of one place, in every unit.
void check_equal(const Rope& rope, const std::u32string& plain, std::size_t place) {
  CHECK(rope.to_string() == to_utf8(plain));
  CHECK(rope.code_points() == plain.size());
  CHECK(rope.utf16_units() == utf16_units(plain));
  const std::u32string_view before = std::u32string_view(plain).substr(0, place);
  CHECK(rope.convert(place, Unit::kCodePoint, Unit::kByte) == to_utf8(before).size());
  CHECK(rope.convert(to_utf8(before).size(), Unit::kByte, Unit::kCodePoint) == place);
  CHECK(rope.convert(place, Unit::kCodePoint, Unit::kUtf16) == utf16_units(before));
  CHECK(rope.convert(utf16_units(before), Unit::kUtf16, Unit::kCodePoint) == place);
  CHECK(rope.convert(place, Unit::kCodePoint, Unit::kLine) ==
        static_cast<std::size_t>(std::ranges::count(before, U'\n')));
  CHECK(rope.substring(0, place) == to_utf8(before));
}

// A few characters, many, or about as many as a leaf holds.
std::string some_text(Input& input) {
  const std::string text = input.text(1 + input.below(8));
  const std::size_t choice = input.below(4);
  std::size_t times = 1;
  if (choice == 0) times = 1 + input.below(600);
  if (choice == 1) times = (880 + input.below(256)) / text.size();
  std::string repeated;
  for (; times > 0; --times) repeated += text;
  return repeated;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::string text = some_text(input);
  Rope rope(text);
  std::u32string plain = to_code_points(text);
  std::optional<std::pair<Rope, std::u32string>> copy;
  std::size_t place = 0;
  while (!input.empty()) {
    const std::size_t choice = input.below(8);
    if (choice % 2 == 0) place = input.below(plain.size() + 1);  // Else next to the last edit.
    if (choice == 7) {
      copy.emplace(rope, plain);
    } else if (choice == 6) {
      check_near(rope, plain, place);
    } else if (choice >= 4) {
      const std::size_t count = std::min(input.below(2'000), plain.size() - place);
      rope.erase(place, count);
      plain.erase(place, count);
    } else if (plain.size() < kLengthMax) {
      const std::string inserted = some_text(input);
      const std::u32string code_points = to_code_points(inserted);
      rope.insert(place, inserted);
      plain.insert(place, code_points);
      place += code_points.size();
    }
  }
  check_equal(rope, plain, place);
  if (copy) check_equal(copy->first, copy->second, 0);
  return 0;
}
