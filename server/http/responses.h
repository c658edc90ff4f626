// What the API answers: JSON, a document's text, an error.
#pragma once

#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "ot/rope/rope.h"
#include "server/http/message.h"

namespace cowrite::http {

// Whether the same request can ever be answered differently.
enum class Caching {
  kNow,      // What is newest, or an error: it may be outdated at once.
  kForever,  // Of versions that the request names and that exist.
};

[[nodiscard]] Response json_response(std::string json, Caching caching = Caching::kNow);

// A document's text. It never acts as a page of this server's, whatever a browser makes of it.
[[nodiscard]] Response text_response(std::string text, Caching caching);
[[nodiscard]] Response text_response(ot::Rope text, Caching caching);

// With the status that error_table.h gives the code.
[[nodiscard]] Response error_response(const Error& error);
// kErrMethodNotAllowed; `allowed` as in the header "Allow".
[[nodiscard]] Response method_not_allowed(std::string message, std::string_view allowed);

// Whether a path is the API's.
[[nodiscard]] bool is_api_path(std::string_view path);
// Whether it is that of the operator's part.
[[nodiscard]] bool is_operator_path(std::string_view path);

// Refuses a request of any kind: as the API does if it was for the API, else with the error's
// sentence.
[[nodiscard]] Response refusal(const Request& request, const Error& error);

// A result as write(value), which returns JSON, or as its error.
template <typename T, typename Write>
[[nodiscard]] Response json_response(const Result<T>& result, Write write,
                                     Caching caching = Caching::kNow) {
  return result ? json_response(write(*result), caching) : error_response(result.error());
}

}  // namespace cowrite::http
