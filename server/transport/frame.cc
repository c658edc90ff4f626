#include "server/transport/frame.h"

#include <cstdint>

namespace cowrite::transport {

namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kText = 0x1;
constexpr unsigned kContinuation = 0x0;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

}  // namespace

void append_text_frame(std::string& out, std::string_view text, Fragment fragment) {
  out.push_back(
      static_cast<char>((fragment.last ? kFinal : 0) | (fragment.first ? kText : kContinuation)));
  switch (frame_header_bytes(text.size())) {
    case 2:
      out.push_back(static_cast<char>(text.size()));
      break;
    case 4:
      out.push_back(126);
      append_big_endian(out, text.size(), 2);
      break;
    default:
      out.push_back(127);
      append_big_endian(out, text.size(), 8);
  }
  out.append(text);
}

}  // namespace cowrite::transport
