#include "storage/random_id.h"

#include <random>

namespace cowrite::storage {

std::string random_hex(std::size_t digits) {
  constexpr char kHex[] = "0123456789abcdef";
  thread_local std::random_device device;
  std::string text;
  while (text.size() < digits) {
    for (unsigned bits = device(), i = 0; i < 8 && text.size() < digits; ++i, bits >>= 4) {
      text += kHex[bits & 15];
    }
  }
  return text;
}

}  // namespace cowrite::storage
