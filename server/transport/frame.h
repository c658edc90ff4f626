// WebSocket frames as a server writes them (RFC 6455, section 5.2): unmasked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cowrite::transport {

// The size of the header of a frame with this payload.
[[nodiscard]] constexpr std::size_t frame_header_bytes(std::size_t payload_bytes) {
  return payload_bytes < 126 ? 2 : payload_bytes <= 0xFFFF ? 4 : 10;
}

// Where a frame stands in its message: alone, unless it says otherwise.
struct Fragment {
  bool first = true;
  bool last = true;
};

// Of a text message, or of a part of one, whose payload follows.
[[nodiscard]] std::string text_frame_header(std::size_t payload_bytes, Fragment fragment = {});

// A text message in one frame.
void append_text_frame(std::string& out, std::string_view text);

}  // namespace cowrite::transport
