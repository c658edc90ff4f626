// The errors of this room that a request can be answered with. error_table.h has them all, with
// those of the other rooms.
#pragma once

#include <string_view>

namespace cowrite::http {

inline constexpr std::string_view kErrParameterInvalid = "ERR_PARAMETER_INVALID";
inline constexpr std::string_view kErrPathUnknown = "ERR_PATH_UNKNOWN";
inline constexpr std::string_view kErrMethodNotAllowed = "ERR_METHOD_NOT_ALLOWED";
inline constexpr std::string_view kErrBusy = "ERR_BUSY";

// Of any request, before anybody looks at what it asks for:
inline constexpr std::string_view kErrRequestMalformed = "ERR_REQUEST_MALFORMED";
inline constexpr std::string_view kErrLengthRequired = "ERR_LENGTH_REQUIRED";
inline constexpr std::string_view kErrHeadTooLarge = "ERR_HEAD_TOO_LARGE";
inline constexpr std::string_view kErrBodyTooLarge = "ERR_BODY_TOO_LARGE";
inline constexpr std::string_view kErrHttpVersion = "ERR_HTTP_VERSION";
inline constexpr std::string_view kErrHostForeign = "ERR_HOST_FOREIGN";
inline constexpr std::string_view kErrOriginForeign = "ERR_ORIGIN_FOREIGN";

// The operator's part:
inline constexpr std::string_view kErrTokenMissing = "ERR_OPERATOR_TOKEN_MISSING";
inline constexpr std::string_view kErrTokenWrong = "ERR_OPERATOR_TOKEN_WRONG";
inline constexpr std::string_view kErrOperatorPage = "ERR_OPERATOR_PAGE";
inline constexpr std::string_view kErrJobUnknown = "ERR_JOB_UNKNOWN";

}  // namespace cowrite::http
