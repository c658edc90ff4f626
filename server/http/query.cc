#include "server/http/query.h"

#include "server/http/errors.h"
#include "storage/timestamp.h"

namespace cowrite::http {
std::optional<std::string> Query::text(std::string_view name) {
  for (auto it = parameters_.begin(); it != parameters_.end(); ++it) {
    if (it->first != name) continue;
    std::string value = std::move(it->second);
    parameters_.erase(it);
    return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Query::number(std::string_view name, std::uint64_t least,
                                           std::uint64_t most) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  const Result<std::uint64_t> number = storage::parse_number(*value);
  if (number && least <= *number && *number <= most) return *number;
  fail("\"" + std::string(name) + "\" must be a number from " + std::to_string(least) + " to " +
       std::to_string(most));
  return std::nullopt;
}

std::optional<std::int64_t> Query::time(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  const Result<std::int64_t> time_ms = storage::parse_time(*value);
  if (time_ms) return *time_ms;
  fail(time_ms.error().message);
  return std::nullopt;
}

bool Query::flag(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (value && *value != "true" && *value != "false") {
    fail("\"" + std::string(name) + "\" must be true or false");
  }
  return value == "true";
}

std::optional<storage::VersionSelector> Query::selector(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  const Result<storage::VersionSelector> selector = storage::parse_version_selector(*value);
  if (selector) return *selector;
  fail("\"" + std::string(name) + "\" must be a version or a time: " + selector.error().message);
  return std::nullopt;
}

void Query::fail(std::string message) {
  if (!error_) error_ = Error{kErrParameterInvalid, std::move(message)};
}

std::optional<Error> Query::error() {
  if (!parameters_.empty()) {
    fail("the parameter \"" + parameters_.front().first + "\" is unknown here, or given twice");
  }
  return error_;
}

}  // namespace cowrite::http
