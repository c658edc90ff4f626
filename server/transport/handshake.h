// The transport's own checks of a request: those that websocketpp leaves out.
#pragma once

#include <optional>
#include <string_view>

#include "server/http/message.h"

namespace cowrite::transport {

inline constexpr std::string_view kWebSocketPath = "/ws";

// The refusal of a request whose target, length or encoding we do not take: 400 or 411.
[[nodiscard]] std::optional<http::Response> refuse_malformed(const http::Request& request);

// The refusal of a WebSocket handshake: 404 on another path, 426 on another version, 400 without a
// proper key.
[[nodiscard]] std::optional<http::Response> refuse_handshake(const http::Request& request);

}  // namespace cowrite::transport
