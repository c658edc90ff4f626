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

std::string text_frame_header(std::size_t payload_bytes, Fragment fragment) {
  std::string header;
  header.push_back(
      static_cast<char>((fragment.last ? kFinal : 0) | (fragment.first ? kText : kContinuation)));
  switch (frame_header_bytes(payload_bytes)) {
    case 2:
      header.push_back(static_cast<char>(payload_bytes));
      break;
    case 4:
      header.push_back(126);
      append_big_endian(header, payload_bytes, 2);
      break;
    default:
      header.push_back(127);
      append_big_endian(header, payload_bytes, 8);
  }
  return header;
}

void append_text_frame(std::string& out, std::string_view text) {
  out.append(text_frame_header(text.size())).append(text);
}

}  // namespace cowrite::transport
