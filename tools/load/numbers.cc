#include "tools/load/numbers.h"

#include <array>
#include <cstdio>

namespace cowrite::load {

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string decimal(double number, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

std::string human(nanoseconds duration) {
  const auto value = static_cast<double>(duration.count());
  if (value < 999.5e3) return decimal(value / 1e3, 0) + " µs";
  if (value < 9.995e6) return decimal(value / 1e6, 2) + " ms";
  if (value < 99.95e6) return decimal(value / 1e6, 1) + " ms";
  if (value < 999.5e6) return decimal(value / 1e6, 0) + " ms";
  return decimal(value / 1e9, 2) + " s";
}

}  // namespace cowrite::load
