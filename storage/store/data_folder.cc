#include "storage/store/data_folder.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/errors.h"
#include "storage/store/side_file.h"
#include "storage/store/sync_note.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShutdownMark = "CLOSED";
constexpr const char* kRestoringFolder = "cowrite-restoring";

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether a number is all that a name has between a beginning and an end.
bool is_numbered(std::string_view name, std::string_view begin, std::string_view end = "") {
  if (!name.starts_with(begin)) return false;
  name.remove_prefix(begin.size());
  return name.ends_with(end) && is_number(name.substr(0, name.size() - end.size()));
}

// A file that write_side_file() writes, or what it is until it is whole.
bool is_side_file(std::string_view name, std::string_view file) {
  return name.starts_with(file) &&
         (name.size() == file.size() || name.substr(file.size()) == ".new");
}

// The messages and settings that RocksDB writes hold no data and come and go.
bool is_message_or_setting(std::string_view name) {
  return name == "LOG" || name == "LOG.old" || is_numbered(name, "LOG.old.") ||
         is_numbered(name, "OPTIONS-") || is_numbered(name, "OPTIONS-", ".dbtmp");
}

// RocksDB makes these before the first byte of data can exist; "lost+found" is what a fresh file
// system holds.
bool precedes_data(std::string_view name) {
  return is_side_file(name, kOperatorTokenFile) || name == "LOCK" || name == "IDENTITY" ||
         name == "lost+found" || is_message_or_setting(name) || is_numbered(name, "MANIFEST-") ||
         is_numbered(name, "", ".dbtmp");
}

// A note is none, either.
bool holds_data(std::string_view name) {
  return !is_message_or_setting(name) && name != "LOCK" &&
         !is_side_file(name, kOperatorTokenFile) && !is_side_file(name, kSyncNoteFile);
}

// Of a database of ours, even if it is not whole.
bool is_part_of_data(std::string_view name) {
  return is_side_file(name, kShutdownMark) || is_side_file(name, kSyncNoteFile) ||
         is_numbered(name, "", ".sst") || is_numbered(name, "", ".log");
}

// Whether it is so of a folder, or of one that it lies in.
template <typename Condition>
bool is_or_lies_in(const std::string& folder, const Condition& is_so) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(folder, error), error);
  while (!is_so(path) && path.has_relative_path()) path = path.parent_path();
  return is_so(path);
}

// In a data folder, or a folder of backups.
bool is_name_of_ours(const std::string& name) {
  return name == "CURRENT" || name == kRestoringFolder || name == "shared_checksum" ||
         name == "private" || name == "meta" || precedes_data(name) || is_part_of_data(name);
}

}  // namespace

Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return Error{kErrIo, "cannot read folder " + folder + ": " + error.message()};
  return names;
}

std::uint64_t bytes_in_folder(const std::string& folder) {
  std::error_code error;
  std::uint64_t bytes = 0;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const std::uintmax_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

bool has_file(const std::string& folder, const std::string& name) {
  std::error_code error;
  return fs::exists(fs::symlink_status(fs::path(folder) / name, error));
}

Result<FolderContent> look_into(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) && !error) return FolderContent::kNothing;
  const Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return names.error();
  bool other = false;
  bool remains = false;
  bool backup = false;
  bool restoring = false;
  for (const std::string& name : *names) {
    if (name == "CURRENT") return FolderContent::kDatabase;
    restoring = restoring || name == kRestoringFolder;
    remains = remains || is_part_of_data(name);
    other = other || !(precedes_data(name) || is_part_of_data(name) || name == kRestoringFolder);
    backup = backup || name == "shared_checksum";
  }
  // The inner folder gives CURRENT away last; without it, what lies beside is no copy of a backup.
  const bool is_unfinished =
      restoring &&
      (!remains || has_file((fs::path(folder) / kRestoringFolder).string(), "CURRENT"));
  if (is_unfinished && !other) return FolderContent::kRestoring;
  if (remains || backup) return remains ? FolderContent::kRemains : FolderContent::kBackup;
  return other ? FolderContent::kOther : FolderContent::kNothing;
}

Result<void> check_folder_name(const std::string& folder) {
  std::error_code error;
  if (folder.empty()) return Error{kErrFolderName, "the name of a folder is empty"};
  if (folder.find('\0') != std::string::npos) {
    return Error{kErrFolderName, "the name of a folder has a character with the code 0"};
  }
  static_cast<void>(fs::absolute(folder, error));
  if (!error) return {};
  return Error{kErrFolderName,
               "folder " + folder + " cannot be found from the working folder: " + error.message()};
}

bool lies_within(const std::string& folder, const std::string& other) {
  return is_or_lies_in(folder, [&](const fs::path& path) {
    std::error_code error;
    return fs::equivalent(path, other, error);
  });
}

bool lies_in_data_folder(const std::string& folder) {
  return is_or_lies_in(folder, [](const fs::path& path) {
    std::error_code error;
    return fs::exists(path / "CURRENT", error) && fs::exists(path / "IDENTITY", error);
  });
}

Result<void> create_folder(const std::string& folder) {
  if (Result<void> named = check_folder_name(folder); !named) return named;
  std::error_code error;
  const fs::path path = fs::absolute(folder, error).lexically_normal();
  if (fs::is_directory(path, error)) return {};
  const fs::path parent =
      path.has_filename() ? path.parent_path() : path.parent_path().parent_path();
  if (Result<void> made = create_folder(parent.string()); !made) return made;
  fs::create_directory(path, error);
  if (error) return Error{kErrIo, "cannot create folder " + folder + ": " + error.message()};
  return sync_folder(parent.string());
}

void keep_to_owner(const std::string& folder) {
  const Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return;
  std::error_code ignored;
  const auto take_rights = [&ignored](const fs::path& path) {
    fs::permissions(path, fs::perms::group_all | fs::perms::others_all, fs::perm_options::remove,
                    ignored);
  };
  bool all_ours = true;
  for (const std::string& name : *names) {
    const fs::path path = fs::path(folder) / name;
    const bool is_ours = !fs::is_symlink(path, ignored) && is_name_of_ours(name);
    all_ours = all_ours && is_ours;
    if (is_ours) take_rights(path);
  }
  if (all_ours) take_rights(folder);
}

Result<std::string> file_set(const std::string& folder) {
  Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return names.error();
  std::ranges::sort(*names);
  std::string set;
  for (const std::string& name : *names) {
    if (!holds_data(name)) continue;
    set += name;
    if (name.starts_with("MANIFEST-")) {
      std::error_code vanished;  // It is then not in the next set.
      const std::uintmax_t bytes = fs::file_size(fs::path(folder) / name, vanished);
      set += ' ' + (vanished ? std::string() : std::to_string(bytes));
    }
    set += '\n';
  }
  return set;
}

Result<std::string> begin_restoring(const std::string& folder) {
  const Result<FolderContent> content = look_into(folder);
  if (!content) return content.error();
  if (*content == FolderContent::kRestoring) {
    abandon_restoring(folder);
  } else if (*content != FolderContent::kNothing) {
    return Error{kErrForeign, "folder " + folder + " is not empty; restore into a new one"};
  }
  const std::string inner = (fs::path(folder) / kRestoringFolder).string();
  const Result<void> created = create_folder(inner);
  return created ? Result<std::string>(inner) : created.error();
}

Result<void> finish_restoring(const std::string& folder) {
  const fs::path inner = fs::path(folder) / kRestoringFolder;
  const Result<std::vector<std::string>> names = names_in(inner.string());
  if (!names) return names.error();
  std::error_code error;
  const auto move_up = [&](const std::string& name) {
    if (!error) fs::rename(inner / name, fs::path(folder) / name, error);
  };
  for (const std::string& name : *names) {
    if (name != "CURRENT") move_up(name);
  }
  if (Result<void> synced = sync_folder(folder); !synced) return synced;
  move_up("CURRENT");
  if (error) return Error{kErrIo, "cannot change folder " + folder + ": " + error.message()};
  remove_empty_restoring_folder(folder);
  return sync_folder(folder);
}

void remove_empty_restoring_folder(const std::string& folder) {
  std::error_code ignored;  // It is absent, as a rule.
  fs::remove(fs::path(folder) / kRestoringFolder, ignored);
}

void abandon_restoring(const std::string& folder) {
  const Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return;
  std::error_code error;
  for (const std::string& name : *names) {
    const bool stays = name == "lost+found" || is_side_file(name, kOperatorTokenFile) ||
                       name == kRestoringFolder || !is_name_of_ours(name);
    if (!stays) fs::remove_all(fs::path(folder) / name, error);
  }
  // The mark of a restore goes last.
  fs::remove_all(fs::path(folder) / kRestoringFolder, error);
}

Result<void> write_shutdown_mark(const std::string& folder, std::uint64_t last_change) {
  return write_side_file(folder, kShutdownMark, std::to_string(last_change) + "\n");
}

std::optional<std::uint64_t> read_shutdown_mark(const std::string& folder) {
  const Result<std::optional<std::string>> text = read_side_file(folder, kShutdownMark);
  if (!text || !*text) return std::nullopt;
  std::uint64_t last_change = 0;
  const char* const end = (*text)->data() + (*text)->size();
  const auto [rest, error] = std::from_chars((*text)->data(), end, last_change);
  const bool read = error == std::errc() && std::string_view(rest, end) == "\n";
  return read ? std::optional(last_change) : std::nullopt;
}

Result<void> remove_shutdown_mark(const std::string& folder) {
  return remove_side_file(folder, kShutdownMark);
}

}  // namespace cowrite::storage
