#include "storage/version_selector.h"

#include <charconv>

#include "storage/timestamp.h"

namespace cowrite::storage {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<VersionSelector> parse_version_selector(std::string_view text) {
  if (is_digits(text)) {
    const Result<std::uint64_t> version = parse_number(text);
    if (!version) return version.error();
    return VersionSelector(AtVersion{*version});
  }
  const Result<std::int64_t> time_ms = parse_time(text);
  if (!time_ms) {
    return Error{kErrSelectorInvalid, time_ms.error().message + ", or a version such as 12"};
  }
  return VersionSelector(AtTime{*time_ms});
}

std::string to_text(const VersionSelector& selector) {
  if (const auto* at = std::get_if<AtVersion>(&selector)) return std::to_string(at->version);
  return format_time(std::get<AtTime>(selector).time_ms);
}

Result<std::uint64_t> parse_number(std::string_view text) {
  if (!is_digits(text)) {
    return Error{kErrSelectorInvalid, "\"" + std::string(text) + "\" is not a whole number"};
  }
  std::uint64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) {
    return Error{kErrSelectorInvalid, "\"" + std::string(text) + "\" is too large"};
  }
  return number;
}

}  // namespace cowrite::storage
