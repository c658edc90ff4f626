#include "server/transport/handshake.h"

#include <algorithm>

namespace cowrite::transport {

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Base64 of 16 bytes (RFC 6455, section 4.2.1): 22 characters, of which the last holds two bits,
// and "==".
bool is_web_socket_key(std::string_view key) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.substr(22) == "==" &&
         key.substr(0, 22).find_first_not_of(kAlphabet) == key.npos &&
         kAlphabet.find(key[21]) % 16 == 0;
}

}  // namespace

std::optional<http::Response> refuse_malformed(const http::Request& request) {
  if (!request.path.starts_with('/')) {
    return http::plain_response(400, "The request's target must begin with \"/\".");
  }
  if (!request.header("transfer-encoding").empty()) {
    return http::plain_response(
        411, "A request's body needs a Content-Length; chunked requests are not taken.");
  }
  const std::string_view length = request.header("content-length");
  if (!length.empty() && !is_digits(length)) {
    return http::plain_response(400, "The request's Content-Length is not a number.");
  }
  return std::nullopt;
}

std::optional<http::Response> refuse_handshake(const http::Request& request) {
  if (request.path != kWebSocketPath) {
    return http::plain_response(404, "WebSockets are at /ws only.");
  }
  if (request.header("sec-websocket-version") != "13") {
    http::Response response =
        http::plain_response(426, "Only version 13 of the WebSocket protocol is spoken here.");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  if (!is_web_socket_key(request.header("sec-websocket-key"))) {
    return http::plain_response(400, "The Sec-WebSocket-Key must be 16 bytes in base64.");
  }
  return std::nullopt;
}

}  // namespace cowrite::transport
