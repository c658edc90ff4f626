#include "storage/store/data_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

Error unreadable(const std::string& folder, const std::error_code& error) {
  return {kErrIo, "cannot read folder " + folder + ": " + error.message()};
}

// RocksDB makes these before the first byte of data can exist; "lost+found" is what a fresh file
// system holds.
bool precedes_data(std::string_view name) {
  return name == "LOCK" || name == "IDENTITY" || name == "lost+found" || name.starts_with("LOG") ||
         name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") || name.ends_with(".dbtmp");
}

// The messages and settings that RocksDB writes hold no data and come and go.
bool holds_data(std::string_view name) {
  return !name.starts_with("LOG") && !name.starts_with("OPTIONS-") && name != "LOCK";
}

}  // namespace

Result<FolderContent> look_into(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) && !error) {
    return FolderContent::kNothing;
  }
  bool other = false;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == "CURRENT") {
      return FolderContent::kDatabase;
    }
    other = other || !precedes_data(name);
  }
  if (error) {
    return unreadable(folder, error);
  }
  return other ? FolderContent::kOther : FolderContent::kNothing;
}

Result<void> create_folder(const std::string& folder) {
  std::error_code error;
  const fs::path path = fs::absolute(folder, error).lexically_normal();
  if (fs::is_directory(path, error)) {
    return {};
  }
  const fs::path parent =
      path.has_filename() ? path.parent_path() : path.parent_path().parent_path();
  if (Result<void> made = create_folder(parent.string()); !made) {
    return made;
  }
  fs::create_directory(path, error);
  if (error) {
    return Error{kErrIo, "cannot create folder " + folder + ": " + error.message()};
  }
  const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  const int reason = errno;
  if (directory >= 0) {
    ::close(directory);
  }
  if (!synced) {
    return Error{kErrIo, "cannot sync folder " + parent.string() + ": " +
                             std::generic_category().message(reason)};
  }
  return {};
}

Result<std::string> file_set(const std::string& folder) {
  std::error_code error;
  std::set<std::string> files;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!holds_data(name)) {
      continue;
    }
    if (name.starts_with("MANIFEST-")) {
      std::error_code vanished;  // It is then not in the next set.
      const std::uintmax_t bytes = entry->file_size(vanished);
      name += ' ';
      name += vanished ? std::string() : std::to_string(bytes);
    }
    files.insert(std::move(name));
  }
  if (error) {
    return unreadable(folder, error);
  }
  std::string set;
  for (const std::string& name : files) {
    set += name + '\n';
  }
  return set;
}

}  // namespace cowrite::storage
