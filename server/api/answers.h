// What the API answers: JSON, somebody's text, an error.
#pragma once

#include <string>
#include <string_view>

#include "ot/result.h"
#include "server/api/reading.h"
#include "server/transport/http.h"

namespace cowrite::server {

inline constexpr std::string_view kErrPathUnknown = "ERR_PATH_UNKNOWN";
inline constexpr std::string_view kErrMethodNotAllowed = "ERR_METHOD_NOT_ALLOWED";
inline constexpr std::string_view kErrBusy = "ERR_BUSY";

// Whether the same request can ever be answered differently.
enum class Lasting {
  kNow,      // What is newest, or an error: it may be outdated at once.
  kForever,  // Of versions that are named and there.
};

[[nodiscard]] HttpResponse json_response(std::string json, Lasting lasting);

// A text of people's. It never acts as a page of this server's, whatever a browser makes of it.
[[nodiscard]] HttpResponse text_response(std::string text, Lasting lasting);

// With the status that the code stands for.
[[nodiscard]] HttpResponse error_response(const Error& error);

}  // namespace cowrite::server
