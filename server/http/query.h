// Query: the parameters of a request, taken one by one and checked. A parameter that is left over
// at the end was not meant for this path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/result.h"
#include "server/http/url.h"
#include "storage/version_selector.h"

namespace cowrite::http {

class Query {
 public:
  explicit Query(Parameters parameters) : parameters_(std::move(parameters)) {}

  // Absent if the parameter is not there, or is not what it should be.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                      std::uint64_t most);
  std::optional<std::int64_t> time(std::string_view name);
  std::optional<storage::VersionSelector> selector(std::string_view name);
  // "true" or "false"; false if it is not there.
  bool flag(std::string_view name);

  // Remembers a fault, with kErrParameterInvalid, unless there is one already.
  void fail(std::string message);

  // The first fault of the query, unknown and repeated parameters included.
  [[nodiscard]] std::optional<Error> error();

 private:
  Parameters parameters_;
  std::optional<Error> error_;
};

}  // namespace cowrite::http
