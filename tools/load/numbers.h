// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

#include "tools/load/clock.h"

namespace cowrite::load {

[[nodiscard]] std::string thousands(std::uint64_t number);     // "12,345"
[[nodiscard]] std::string decimal(double number, int digits);  // "12345.7"
[[nodiscard]] std::string human(nanoseconds duration);         // "850 µs", "1.23 ms", "2.10 s"

}  // namespace cowrite::load
