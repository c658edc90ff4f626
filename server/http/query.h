// Query: the parameters of a request, taken one by one, each checked; what is left over at the end
// was not meant for this path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "server/http/url.h"

namespace cowrite::http {

inline constexpr std::string_view kErrParameterInvalid = "ERR_PARAMETER_INVALID";

class Query {
 public:
  explicit Query(Parameters parameters) : parameters_(std::move(parameters)) {}

  // Absent if the parameter is not there, or is not what it should be.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                      std::uint64_t most);
  std::optional<std::int64_t> time(std::string_view name);
  // "true" or "false"; false if it is not there.
  bool flag(std::string_view name);
  // Digits are a version, anything else a time.
  std::optional<storage::VersionSelector> place(std::string_view name);

  // Remembers a fault, with kErrParameterInvalid, unless there is one already.
  void fail(std::string message);

  // The first fault of the query, unknown and repeated parameters included.
  [[nodiscard]] std::optional<Error> error();

 private:
  Parameters parameters_;
  std::optional<Error> error_;
};

}  // namespace cowrite::http
