// WebSocket frames as a server writes them (RFC 6455, section 5.2): unmasked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cowrite::transport {

// The bytes that frame a payload of so many bytes.
[[nodiscard]] constexpr std::size_t frame_header_bytes(std::size_t payload_bytes) {
  return payload_bytes < 126 ? 2 : payload_bytes <= 0xFFFF ? 4 : 10;
}

// One whole text message in one frame.
void append_text_frame(std::string& out, std::string_view text);

}  // namespace cowrite::transport
