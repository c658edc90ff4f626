// The parts of a URL as text: percent-encoding, a path's segments, a query's parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cowrite::http {

// Everything but letters, digits, "-", "_" and "~" as %XX. Dots too: "." and ".." would be taken
// for steps along the path.
[[nodiscard]] std::string percent_encode(std::string_view text);

// "/d/my%20notes" -> {"d", "my notes"}. A "/" that is encoded belongs to its segment. Absent if the
// path does not begin with "/", or a segment has a bad % sequence or is not UTF-8.
[[nodiscard]] std::optional<std::vector<std::string>> split_path(std::string_view path);

// The parts of a path that match the "*" of a pattern; absent if the path does not match it:
// "/d/*", {"d", "notes"} -> {"notes"}.
[[nodiscard]] std::optional<std::vector<std::string>> match_path(
    std::string_view pattern, const std::vector<std::string>& path);

// "a=1&b=%2B+x" -> {{"a", "1"}, {"b", "+ x"}}: as HTML forms and URLSearchParams write it, a "+" is
// a space. Absent as above.
using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::optional<Parameters> split_query(std::string_view query);

}  // namespace cowrite::http
