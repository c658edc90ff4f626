// RawRequest: websocketpp's parser of a request, with the last word about when the request is
// there. websocketpp calls consume() until it is ready().
//
// A request with a fault, or with a body that nobody takes, is ready at once: what it would send
// next is not read. It is then a plain one for websocketpp, so that we answer it, and not the
// library.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <websocketpp/http/request.hpp>

#include "ot/base/result.h"

namespace cowrite::transport {

class RawRequest : public websocketpp::http::parser::request {
 public:
  std::size_t consume(const char* bytes, std::size_t count);
  [[nodiscard]] bool ready() const { return fault_ || refuses_body_ || request::ready(); }

  // Why it is no request that we take: http's kErrRequestMalformed, kErrHeadTooLarge,
  // kErrBodyTooLarge or kErrHttpVersion, or what `on_head` said.
  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }
  // It has a body that is not read.
  [[nodiscard]] bool refuses_body() const { return refuses_body_; }
  // Its head is there and its body is not.
  [[nodiscard]] bool waits_for_body() const { return !ready() && m_body_bytes_needed > 0; }
  // The bytes of the body that have not come.
  [[nodiscard]] std::size_t body_bytes() const { return m_body_bytes_needed; }

  // The head is there: why the request is not taken, if it is not.
  std::function<std::optional<Error>()> on_head;
  // Whether the body that the head announces is to be read.
  std::function<bool()> takes_body;

 private:
  void judge_head();
  void fail(Error fault);

  bool head_is_there_ = false;
  bool refuses_body_ = false;
  std::optional<Error> fault_;
};

}  // namespace cowrite::transport
