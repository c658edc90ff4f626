#include "storage/store/format_version.h"

#include <charconv>
#include <system_error>

#include "storage/errors.h"

namespace cowrite::storage {

Result<void> check_format(std::string_view value, const std::string& folder) {
  std::uint64_t format = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, format);
  if (error != std::errc() || rest != end || format == 0) {
    return Error{kErrDamaged, "the format version of the data in folder " + folder + " is damaged"};
  }
  if (format > kFormatVersion) {
    return Error{kErrNewerFormat, "the data in folder " + folder + " has format " +
                                      std::to_string(format) +
                                      ", this program knows formats up to " +
                                      std::to_string(kFormatVersion) + "; use a newer release"};
  }
  return {};
}

}  // namespace cowrite::storage
