// What the API answers: JSON, somebody's text, an error.
#pragma once

#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "server/http/message.h"

namespace cowrite::http {

inline constexpr std::string_view kErrPathUnknown = "ERR_PATH_UNKNOWN";
inline constexpr std::string_view kErrMethodNotAllowed = "ERR_METHOD_NOT_ALLOWED";
inline constexpr std::string_view kErrBusy = "ERR_BUSY";

// Whether the same request can ever be answered differently.
enum class Caching {
  kNow,      // What is newest, or an error: it may be outdated at once.
  kForever,  // Of versions that are named and there.
};

[[nodiscard]] Response json_response(std::string json, Caching lasting);

// A text of people's. It never acts as a page of this server's, whatever a browser makes of it.
[[nodiscard]] Response text_response(std::string text, Caching lasting);

// With the status that the code stands for.
[[nodiscard]] Response error_response(const Error& error);

}  // namespace cowrite::http
