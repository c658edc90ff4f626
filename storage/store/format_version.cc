#include "storage/store/format_version.h"

#include <charconv>
#include <system_error>

#include "storage/errors.h"

namespace cowrite::storage {

Result<std::uint64_t> read_format(std::string_view value, const std::string& folder) {
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
  return format;
}

std::string describe_upgrade(std::uint64_t from) {
  return "the folder's format was upgraded from " + std::to_string(from) + " to " +
         std::to_string(kFormatVersion) +
         ": earlier releases cannot open it any more; a backup is the way back";
}

}  // namespace cowrite::storage
