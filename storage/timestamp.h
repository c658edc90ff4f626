// Times as people and other programs write them: RFC 3339 text for the Unix milliseconds that
// records carry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::storage {

inline constexpr std::string_view kErrTimeInvalid = "ERR_TIME_INVALID";

// In UTC with milliseconds, "2026-11-20T06:11:00.123Z": as text it sorts as the times do, and
// parse_time() gives time_ms back. Years beyond 0000 to 9999 are printed as the nearest time that
// RFC 3339 can say.
[[nodiscard]] std::string format_time(std::int64_t time_ms);

// A time with its offset, "2026-11-20T06:11:00Z" or "2026-11-20 08:11:00.5+02:00", or a date, which
// means its beginning in UTC. Parts of a millisecond are cut off, so that it is a time at or before
// the one written. Fails with kErrTimeInvalid.
[[nodiscard]] Result<std::int64_t> parse_time(std::string_view text);

}  // namespace cowrite::storage
