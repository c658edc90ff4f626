#include "tools/cli/place.h"

#include <charconv>
#include <string>

#include "storage/timestamp.h"

namespace cowrite::cli {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text) {
  if (!is_digits(text)) {
    return Error{kErrPlaceInvalid, "\"" + std::string(text) + "\" is not a whole number"};
  }
  std::uint64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) {
    return Error{kErrPlaceInvalid, "\"" + std::string(text) + "\" is too large"};
  }
  return number;
}

Result<storage::VersionSelector> parse_place(std::string_view text) {
  if (is_digits(text)) {
    const Result<std::uint64_t> version = parse_number(text);
    if (!version) return version.error();
    return storage::VersionSelector(storage::AtVersion{*version});
  }
  const Result<std::int64_t> time_ms = storage::parse_time(text);
  if (!time_ms) {
    return Error{kErrPlaceInvalid, time_ms.error().message + ", or a version such as 12"};
  }
  return storage::VersionSelector(storage::AtTime{*time_ms});
}

}  // namespace cowrite::cli
