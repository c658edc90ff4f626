#include "tools/cli/place.h"

#include <charconv>
#include <string>

#include "storage/timestamp.h"

namespace cowrite::cli {

Result<server::Place> parse_place(std::string_view text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    server::AtVersion at;
    if (std::from_chars(text.data(), text.data() + text.size(), at.version).ec != std::errc())
      return Error{kErrPlaceInvalid, "\"" + std::string(text) + "\" is too large for a version"};
    return server::Place(at);
  }
  const Result<std::int64_t> time_ms = storage::parse_time(text);
  if (!time_ms)
    return Error{kErrPlaceInvalid, time_ms.error().message + ", or a version such as 12"};
  return server::Place(server::AtTime{*time_ms});
}

}  // namespace cowrite::cli
