#include "tests/simulation/typing.h"

namespace cowrite::simulation {
namespace {

// REQUIRES: a scalar value above U+007F.
void append_utf8(std::string& out, char32_t point) {
  const auto byte = [](char32_t bits) {
    return static_cast<char>(static_cast<unsigned char>(bits));
  };
  if (point < 0x800) {
    out += byte(0xC0U | (point >> 6U));
  } else if (point < 0x10000) {
    out += byte(0xE0U | (point >> 12U));
    out += byte(0x80U | ((point >> 6U) & 0x3FU));
  } else {
    out += byte(0xF0U | (point >> 18U));
    out += byte(0x80U | ((point >> 12U) & 0x3FU));
    out += byte(0x80U | ((point >> 6U) & 0x3FU));
  }
  out += byte(0x80U | (point & 0x3FU));
}

}  // namespace

std::string Keyboard::press(std::uint64_t count) {
  constexpr std::array<char32_t, 3> kEnd{0x800, 0xD800, 0x110000};
  std::string text;
  while (count > 0) {
    const std::size_t row = random_.below(next_.size());
    if (next_[row] == kEnd[row]) continue;
    append_utf8(text, next_[row]++);
    --count;
  }
  return text;
}

std::u32string code_points(std::string_view utf8) {
  std::u32string points;
  for (const char byte : utf8) {
    const auto bits = static_cast<unsigned char>(byte);
    if (bits < 0x80) {
      points.push_back(bits);
    } else if (bits < 0xC0) {
      points.back() = (points.back() << 6U) | (bits & 0x3FU);
    } else {
      points.push_back(bits & (bits < 0xE0 ? 0x1FU : bits < 0xF0 ? 0x0FU : 0x07U));
    }
  }
  return points;
}

std::string scribble(Random& random) {
  constexpr std::string_view kCharacters = "abcxyz \n\"\\/\x01\t<";
  std::string text;
  for (std::uint64_t length = 1 + random.below(4); length > 0; --length) {
    text += kCharacters[random.below(kCharacters.size())];
  }
  return text;
}

std::string inserted_text(const ot::Operation& operation) {
  std::string text;
  for (const ot::Component& component : operation) {
    if (component.kind == ot::Kind::kInsert) text += component.text;
  }
  return text;
}

}  // namespace cowrite::simulation
