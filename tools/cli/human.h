// Numbers as people like to read them.
#pragma once

#include <cstdint>
#include <string>

namespace cowrite::cli {

// "980 B", "1.0 KiB", "16 MiB": three digits at most before the unit changes.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

// "just now", "3 minutes ago", "2 days ago"; from two weeks on the date, and for what is yet to
// come the time in full.
[[nodiscard]] std::string human_time(std::int64_t time_ms, std::int64_t now_ms);

}  // namespace cowrite::cli
