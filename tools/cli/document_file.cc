#include "tools/cli/document_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "ot/base/utf8.h"
#include "storage/format/sha256.h"

namespace cowrite::cli {
namespace {

// File systems take 255 bytes; the rest is for an ending and for being written aside.
constexpr std::size_t kNameBytesMax = 220;
constexpr std::size_t kHashDigits = 16;

constexpr std::string_view kHex = "0123456789ABCDEF";

void append_byte(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

bool is_awkward(char c, bool first) {
  const auto byte = static_cast<unsigned char>(c);
  if (first && (c == '.' || c == '-' || c == '~')) return true;
  return byte < 0x20 || byte == 0x7f ||
         std::string_view("/\\%:*?\"<>|").find(c) != std::string_view::npos;
}

std::optional<unsigned> hex_digit(char c) {
  const std::size_t at = kHex.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

Error failed(const std::string& what, const std::string& path, int reason) {
  return {kErrFile, "cannot " + what + " " + path + ": " + std::generic_category().message(reason)};
}

// One that somebody may not have opened for writing yet, or never will. The pipes that a shell
// makes between programs are in no file system.
bool is_named_pipe(const std::string& path) {
  struct stat found {};
  struct statfs system {};
  return ::stat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode) &&
         ::statfs(path.c_str(), &system) == 0 && system.f_type != PIPEFS_MAGIC;
}

// Whether the descriptor is still of what has this name.
bool is_named(int descriptor, const std::string& path) {
  struct stat own {};
  struct stat named {};
  return ::fstat(descriptor, &own) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

bool is_regular(int descriptor) {
  struct stat found {};
  return ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string file_name_of(std::string_view document) {
  const bool text = ot::utf8::is_valid(document);
  std::string name;
  for (const char c : document) {
    if (is_awkward(c, name.empty()) || (!text && static_cast<unsigned char>(c) >= 0x80)) {
      name += '%';
      append_byte(name, c);
    } else {
      name += c;
    }
  }
  if (name.size() <= kNameBytesMax && !name.empty()) return name;
  name.resize(
      ot::utf8::floor_boundary(name, std::min(name.size(), kNameBytesMax - 1 - kHashDigits)));
  name += '~';
  for (const std::uint8_t byte : storage::sha256(document)) {
    if (name.size() < kNameBytesMax) append_byte(name, static_cast<char>(byte));
  }
  return name;
}

std::string document_of(std::string_view file_name) {
  std::string document;
  for (std::size_t i = 0; i < file_name.size(); ++i) {
    const auto high = i + 2 < file_name.size() ? hex_digit(file_name[i + 1]) : std::nullopt;
    const auto low = i + 2 < file_name.size() ? hex_digit(file_name[i + 2]) : std::nullopt;
    if (file_name[i] == '%' && high && low) {
      document += static_cast<char>(*high * 16 + *low);
      i += 2;
    } else {
      document += file_name[i];
    }
  }
  // What only looks escaped, since export would have written it otherwise, is meant as it is.
  return file_name_of(document) == file_name ? document : std::string(file_name);
}

Result<void> check_plain_file(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return failed("read", path, errno);
  if (S_ISDIR(found.st_mode)) return failed("read", path, EISDIR);
  if (S_ISREG(found.st_mode)) return {};
  return Error{kErrFile, path + ": a history is read twice, so it must be a file"};
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  if (is_named_pipe(path)) {
    return Error{kErrFile, path +
                               ": it is a named pipe, which may have no other end; cat gives what "
                               "it holds to /dev/stdin"};
  }
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("read", path, errno);
  std::string bytes;
  std::string chunk(std::size_t{1} << 16, '\0');
  ssize_t count = 0;
  while ((count = ::read(file, chunk.data(), chunk.size())) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    bytes.append(chunk, 0, static_cast<std::size_t>(count));
    if (bytes.size() > bytes_max) break;
  }
  const int reason = errno;
  ::close(file);
  if (count < 0) return failed("read", path, reason);
  if (bytes.size() > bytes_max) {
    return Error{kErrFile, path + ": it has more than " + std::to_string(bytes_max) + " bytes"};
  }
  return bytes;
}

Result<NewFile> NewFile::begin(const std::string& path) {
  const std::filesystem::path whole(path);
  // No document's file begins with a dot.
  std::string aside = whole.parent_path() / ("." + whole.filename().string() + ".cowrite-part");
  while (true) {
    // Of a pipe without a reader, this fails instead of waiting for one.
    const int descriptor =
        ::open(aside.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (descriptor < 0) return failed("write", aside, errno);
    if (!is_regular(descriptor)) {
      ::close(descriptor);
      return Error{kErrFile, "cannot write " + aside + ": it is not a regular file"};
    }
    // Not every file system has locks.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(descriptor);  // It is another's, and stays.
      return Error{kErrFile, path + ": another export writes it now"};
    }
    NewFile file(path, aside, descriptor);
    // Whoever held the lock before may have given the file its name.
    if (is_named(descriptor, aside)) {
      if (::ftruncate(descriptor, 0) != 0) return failed("write", aside, errno);
      return file;
    }
    ::close(std::exchange(file.descriptor_, -1));
  }
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      aside_(std::move(other.aside_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(other.bytes_) {}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  // It is not there any more if it was renamed.
  if (is_named(descriptor_, aside_)) ::unlink(aside_.c_str());
  ::close(descriptor_);
}

Result<void> NewFile::write(std::string_view bytes) {
  if (!write_all(descriptor_, bytes)) return failed("write", aside_, errno);
  bytes_ += bytes.size();
  return {};
}

Result<Finished> NewFile::finish(Existing existing) {
  // Some errors of writing are told only now. A file system that syncs no files says EINVAL.
  if (::fsync(descriptor_) != 0 && errno != EINVAL) return failed("write", aside_, errno);
  if (existing == Existing::kReplace) {
    if (::rename(aside_.c_str(), path_.c_str()) != 0) return failed("write", path_, errno);
    return Finished::kWritten;
  }
  const Result<void> renamed = rename_if_free();
  if (renamed) return Finished::kWritten;
  if (is_there_already()) return Finished::kUnchanged;
  return renamed.error();
}

// Not every file system can rename so that nothing is replaced, as not every one can link. There an
// empty file takes the name first, which is then replaced.
Result<void> NewFile::rename_if_free() {
  if (::renameat2(AT_FDCWD, aside_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
    return {};
  }
  if (errno == EEXIST) return failed("write", path_, EEXIST);
  const int taken = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (taken < 0) return failed("write", path_, errno);
  ::close(taken);
  if (::rename(aside_.c_str(), path_.c_str()) == 0) return {};
  const int reason = errno;
  ::unlink(path_.c_str());
  return failed("write", path_, reason);
}

bool NewFile::is_there_already() {
  if (!check_plain_file(path_)) return false;
  std::ifstream there(path_, std::ios::binary);
  std::ifstream new_one(aside_, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return there && new_one && std::equal(Bytes(there), Bytes(), Bytes(new_one), Bytes());
}

Result<void> make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return failed("make folder", path, error.value());
  return {};
}

bool is_all_crlf(std::string_view text) {
  bool found = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return false;  // Without the CR that would have been skipped with it.
    if (text[i] != '\r') continue;
    if (i + 1 == text.size() || text[i + 1] != '\n') return false;
    found = true;
    ++i;
  }
  return found;
}

std::string from_crlf(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != '\r') result += c;
  }
  return result;
}

std::string to_crlf(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

}  // namespace cowrite::cli
