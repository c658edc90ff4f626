#include "storage/store/side_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

// More than any side file has.
constexpr std::size_t kBytesMax = 4'096;

std::string path_of(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name);
}

Error cannot(const std::string& what, const std::string& path, int reason) {
  return {kErrIo, "cannot " + what + " " + path + ": " + std::generic_category().message(reason)};
}

}  // namespace

Result<void> sync_folder(const std::string& folder) {
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  const int reason = errno;
  if (directory >= 0) ::close(directory);
  return synced ? Result<void>() : cannot("sync folder", folder, reason);
}

Result<void> write_side_file(const std::string& folder, std::string_view name,
                             std::string_view content) {
  const std::string path = path_of(folder, name);
  const std::string aside = path + ".new";
  ::unlink(aside.c_str());
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return cannot("write", aside, errno);
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0 && ::rename(aside.c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::close(file);
  if (written) return sync_folder(folder);
  ::unlink(aside.c_str());
  return cannot("write", path, reason);
}

Result<std::optional<std::string>> read_side_file(const std::string& folder,
                                                  std::string_view name) {
  const std::string path = path_of(folder, name);
  const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    if (errno == ELOOP) {
      return Error{kErrIo, path + " is a symbolic link, which is not followed; remove it"};
    }
    return errno == ENOENT ? Result<std::optional<std::string>>(std::nullopt)
                           : cannot("read", path, errno);
  }
  std::array<char, kBytesMax> content{};
  const ssize_t bytes = ::read(file, content.data(), content.size());
  const int reason = errno;
  ::close(file);
  if (bytes < 0) return cannot("read", path, reason);
  return std::optional(std::string(content.data(), static_cast<std::size_t>(bytes)));
}

Result<void> remove_side_file(const std::string& folder, std::string_view name) {
  const std::string path = path_of(folder, name);
  if (::unlink(path.c_str()) == 0) return sync_folder(folder);
  return errno == ENOENT ? Result<void>() : cannot("remove", path, errno);
}

}  // namespace cowrite::storage
