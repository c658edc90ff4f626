#include "server/transport/handshake.h"

#include <algorithm>
#include <string>

#include "server/http/errors.h"

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

void set_target(http::Request& request, std::string_view target) {
  const std::size_t scheme_end = target.find("://");
  const std::string scheme = http::to_lower(target.substr(0, std::min(scheme_end, target.size())));
  if (scheme_end != target.npos && (scheme == "http" || scheme == "https")) {
    target.remove_prefix(scheme_end + 3);
    const std::string_view host = target.substr(0, target.find_first_of("/?"));
    for (auto& [name, value] : request.headers) {
      // A request without a Host, or with two, stays wrong.
      if (name == "host" && value.find(',') == value.npos) value = host;
    }
    target.remove_prefix(host.size());
    if (!target.starts_with('/')) request.path = '/';
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.path += target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
}

std::optional<http::Response> cut_base_path(http::Request& request, std::string_view base_path) {
  if (request.path == base_path && !base_path.empty()) {
    http::Response response = http::plain_response(301, "The pages are below this path.");
    response.headers.emplace_back("Location", std::string(base_path) + "/");
    return response;
  }
  if (!request.path.starts_with(std::string(base_path) + "/")) {
    return http::plain_response(
        404, "This server has all of its own below " + std::string(base_path) + "/.");
  }
  request.path.erase(0, base_path.size());
  return std::nullopt;
}

std::optional<Error> refuse_malformed(const http::Request& request) {
  if (!request.path.starts_with('/')) {
    return Error{http::kErrRequestMalformed, "The request's target must begin with \"/\"."};
  }
  if (!request.header("transfer-encoding").empty()) {
    return Error{http::kErrLengthRequired,
                 "A request's body needs a Content-Length; chunked requests are not taken."};
  }
  const std::string_view length = request.header("content-length");
  if (!length.empty() && !is_digits(length)) {
    return Error{http::kErrRequestMalformed, "The request's Content-Length is not a number."};
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
