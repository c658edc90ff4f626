#include "storage/write/disk_reserve.h"

#include <filesystem>
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
    return error ? kUnlimited : space.available;
  };
}

std::optional<std::uint64_t> DiskReserve::free_bytes() const {
  const std::uint64_t bytes = measure_();
  return bytes == kUnlimited ? std::nullopt : std::optional(bytes);
}

}  // namespace cowrite::storage
