// The table of all errors that a client can be sent, each with its code, the status of the HTTP
// response, and what it means. The server takes the status from it, the command line knows the
// codes by it, and the tables in API.md and server/PROTOCOL.md say the same (a test compares them).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cowrite::http {

enum class Channel : std::uint8_t { kHttp, kWebSocket, kBoth };

struct ErrorEntry {
  std::string_view code;
  int status = 0;  // 0 where the error is sent over WebSockets only.
  Channel channel = Channel::kHttp;
  std::string_view meaning;  // A sentence.
};

// By status, each code once; those without one at the end.
[[nodiscard]] std::span<const ErrorEntry> error_table();

// Null if no client is sent this code.
[[nodiscard]] const ErrorEntry* find_error(std::string_view code);

}  // namespace cowrite::http
