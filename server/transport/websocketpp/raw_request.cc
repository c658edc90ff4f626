#include "server/transport/websocketpp/raw_request.h"

#include <string>
#include <utility>
#include <websocketpp/processors/processor.hpp>

#include "server/http/errors.h"

namespace cowrite::transport {

namespace {

namespace status_code = websocketpp::http::status_code;

// What websocketpp found, in our words.
Error fault_of(const websocketpp::http::exception& found) {
  switch (found.m_error_code) {
    case status_code::request_header_fields_too_large:
      return {http::kErrHeadTooLarge, "The head of a request may have 16,000 bytes."};
    case status_code::request_entity_too_large:
      return {http::kErrBodyTooLarge, "The body of a request may have 8 MiB."};
    default:
      return {http::kErrRequestMalformed, "This is no request of HTTP/1.1."};
  }
}

std::optional<Error> refuse_version(const std::string& version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  if (version.starts_with("HTTP/")) {
    return Error{http::kErrHttpVersion, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  }
  return Error{http::kErrRequestMalformed, "The request names no version of HTTP."};
}

}  // namespace

std::size_t RawRequest::consume(const char* bytes, std::size_t count) {
  std::size_t consumed = count;
  try {
    consumed = request::consume(bytes, count);
  } catch (const websocketpp::http::exception& found) {
    fail(fault_of(found));
    return count;
  }
  if (!head_is_there_ && (request::ready() || m_body_bytes_needed > 0)) {
    head_is_there_ = true;
    judge_head();
  }
  return consumed;
}

void RawRequest::judge_head() {
  if (auto fault = refuse_version(get_version())) return fail(*std::move(fault));
  if (!websocketpp::processor::get_uri_from_host(*this, "http")->get_valid()) {
    return fail({http::kErrRequestMalformed, "The request's target and Host make no address."});
  }
  if (auto fault = on_head ? on_head() : std::nullopt) return fail(*std::move(fault));
  refuses_body_ = m_body_bytes_needed > 0 && takes_body && !takes_body();
}

void RawRequest::fail(Error fault) {
  fault_ = std::move(fault);
  remove_header("Upgrade");
  replace_header("Host", "localhost");
  if (!get_uri().starts_with('/')) set_uri("/");
}

}  // namespace cowrite::transport
