// The transport's own checks of a request: those that websocketpp leaves out.
#pragma once

#include <optional>
#include <string_view>

#include "ot/base/result.h"
#include "server/http/message.h"

namespace cowrite::transport {

inline constexpr std::string_view kWebSocketPath = "/ws";

// Takes the request's target apart. A target with a scheme and a host takes the place of the Host
// (RFC 9112, section 3.2.2).
void set_target(http::Request& request, std::string_view target);

// Cuts the path under which the server has all of its own off the request's path. If the request's
// path is not below it, returns what answers it: 404, or 301 for the base path itself.
[[nodiscard]] std::optional<http::Response> cut_base_path(http::Request& request,
                                                          std::string_view base_path);

// The refusal of a request whose target, length or encoding we do not take: http's
// kErrRequestMalformed or kErrLengthRequired.
[[nodiscard]] std::optional<Error> refuse_malformed(const http::Request& request);

// The refusal of a WebSocket handshake: 404 on another path, 426 on another version, 400 without a
// proper key.
[[nodiscard]] std::optional<http::Response> refuse_handshake(const http::Request& request);

}  // namespace cowrite::transport
