#include "server/http/responses.h"

#include <utility>

#include "server/http/error_table.h"
#include "server/http/errors.h"
#include "server/http/json.h"
#include "server/http/limits.h"
#include "server/protocol/limits.h"
#include "server/protocol/pieced_text.h"

namespace cowrite::http {
namespace {

std::string cache_control(Caching caching) {
  if (caching == Caching::kNow) return "no-store";
  return "private, immutable, max-age=" + std::to_string(kCacheLifetime.count());
}

// 500 of an error that is not meant for clients.
int status_of(const Error& error) {
  const ErrorEntry* entry = find_error(error.code);
  return entry && entry->status != 0 ? entry->status : 500;
}

}  // namespace

Response json_response(std::string json, Caching caching) {
  return {200,
          std::move(json),
          {{"Content-Type", "application/json"},
           {"Cache-Control", cache_control(caching)},
           {"X-Content-Type-Options", "nosniff"}}};
}

Response text_response(std::string text, Caching caching) {
  return {200,
          std::move(text),
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", cache_control(caching)},
           {"Content-Security-Policy", "default-src 'none'; sandbox"},
           {"X-Content-Type-Options", "nosniff"}}};
}

Response text_response(ot::Rope text, Caching caching) {
  if (text.bytes() <= protocol::kPieceBytes) return text_response(text.to_string(), caching);
  Response response = text_response(std::string(), caching);
  response.pieces_bytes = text.bytes();
  response.next_piece = [pieces = protocol::PiecedText(std::move(text))](std::string& out) mutable {
    return pieces.next(out);
  };
  return response;
}

Response error_response(const Error& error) {
  Response response = json_response(error_json(error));
  response.status = status_of(error);
  response.error_code = error.code;
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response method_not_allowed(std::string message, std::string_view allowed) {
  Response response = error_response({kErrMethodNotAllowed, std::move(message)});
  response.headers.emplace_back("Allow", allowed);
  return response;
}

bool is_api_path(std::string_view path) { return path == "/api" || path.starts_with("/api/"); }

bool is_operator_path(std::string_view path) { return path.starts_with("/api/operator/"); }

Response refusal(const Request& request, const Error& error) {
  Response response = error_response(error);
  if (is_api_path(request.path)) return response;
  Response plain = plain_response(response.status, error.message);
  if (response.status == 401) plain.headers.emplace_back("WWW-Authenticate", "Bearer");
  plain.error_code = error.code;
  return plain;
}

}  // namespace cowrite::http
