// Random names, which nobody can guess.
#pragma once

#include <cstddef>
#include <string>

namespace cowrite::storage {

// So many hexadecimal digits, in lower case, from the system's source of randomness: 4 bits each.
[[nodiscard]] std::string random_hex(std::size_t digits);

}  // namespace cowrite::storage
