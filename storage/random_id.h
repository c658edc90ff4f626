// Random names that nobody can guess, and that never were before.
#pragma once

#include <cstddef>
#include <string>

namespace cowrite::storage {

// So many lower-case hexadecimal digits from the operating system's source of randomness.
// Thread-safe.
[[nodiscard]] std::string random_hex(std::size_t digits);

}  // namespace cowrite::storage
