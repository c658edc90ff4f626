#include "storage/write/disk_reserve.h"

#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace cowrite::storage {

DiskReserve::Measure DiskReserve::of_folder(std::string folder) {
  return [folder = std::move(folder)]() -> std::uint64_t {
    std::error_code error;
    std::filesystem::path path = std::filesystem::absolute(folder, error).lexically_normal();
    while (!std::filesystem::exists(path, error) && path.has_relative_path()) {
      path = path.parent_path();
    }
    const std::filesystem::space_info space = std::filesystem::space(path, error);
    return error ? std::numeric_limits<std::uint64_t>::max() : space.available;
  };
}

}  // namespace cowrite::storage
