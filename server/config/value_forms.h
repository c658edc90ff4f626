// What the texts of values mean, the same on a command line, in the environment and in a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"

namespace cowrite::config {

inline constexpr std::string_view kSizeForm = "bytes, or a number with K, M, G or T, as 512M";

// "64M" -> 67,108,864. Absent if it is no size, or one beyond storage's kIntegerMax.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// The way back, for whole MiB: "64M".
[[nodiscard]] std::string megabytes(std::uint64_t bytes);

// "a, b" -> {"a", "b"}; an empty text is an empty list. Absent if an element is empty.
[[nodiscard]] std::optional<std::vector<std::string>> parse_list(std::string_view text);

struct HostPort {
  std::string host;  // Without the brackets of an IPv6 address.
  std::uint16_t port = 0;
};

// "127.0.0.1:8080", "localhost:0", "[::1]:8080". Absent if it is none.
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text);

// "/pad/" -> "/pad", "/" -> "". Absent if it is no path of letters, digits, "-", "_", "." and "~".
[[nodiscard]] std::optional<std::string> parse_base_path(std::string text);

}  // namespace cowrite::config
