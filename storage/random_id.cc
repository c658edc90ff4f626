#include "storage/random_id.h"

#include <random>
#include <string_view>

namespace cowrite::storage {

std::string random_hex(std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string id;
  id.reserve(digits);
  while (id.size() < digits) id += kDigits[random() % kDigits.size()];
  return id;
}

}  // namespace cowrite::storage
