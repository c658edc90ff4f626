// Documents as files: names, line endings, and writing without harm.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/result.h"

namespace cowrite::cli {

inline constexpr std::string_view kErrFile = "ERR_FILE";

// A name for a file in any folder. Characters that a file system or a shell may treat specially,
// such as "/" and a first "." or "-", become %XX. A name that would be too long is cut and gets a
// hash at its end.
[[nodiscard]] std::string file_name_of(std::string_view document);
// The way back, of a name that file_name_of() did not cut.
[[nodiscard]] std::string document_of(std::string_view file_name);

// All bytes of a file, or of what a pipe gives until it ends. Fails with kErrFile, also if there
// are more than bytes_max, and for a pipe in the file system, which may have no other end.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// Whether it is a file that can be read again and again. Fails with kErrFile if not.
[[nodiscard]] Result<void> check_plain_file(const std::string& path);

enum class Existing { kRefuse, kReplace };
enum class Finished { kWritten, kUnchanged };

// A file that exists whole or not at all: until it is finished, the bytes go to a hidden file
// beside it, ".NAME.cowrite-part". If the program is killed that one stays, and the next try takes
// it over. On a file system without locks two exports of one file at once can spoil it. All fail
// with kErrFile.
class NewFile {
 public:
  [[nodiscard]] static Result<NewFile> begin(const std::string& path);
  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;

  [[nodiscard]] Result<void> write(std::string_view bytes);
  // Gives it its name, once its bytes are on the disk. kUnchanged: a file with the same bytes has
  // it already. Nothing may be written afterwards.
  [[nodiscard]] Result<Finished> finish(Existing existing);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  NewFile(std::string path, std::string aside, int descriptor)
      : path_(std::move(path)), aside_(std::move(aside)), descriptor_(descriptor) {}

  [[nodiscard]] Result<void> rename_if_free();
  [[nodiscard]] bool is_there_already();

  std::string path_;
  std::string aside_;
  int descriptor_;  // -1: moved from.
  std::size_t bytes_ = 0;
};
// The folder is there, made if need be. Fails with kErrFile.
[[nodiscard]] Result<void> make_folder(const std::string& path);

// ---- Line endings. The web editor's documents have "\n".

// Whether a text has line breaks, all of them "\r\n", and no other "\r".
[[nodiscard]] bool is_all_crlf(std::string_view text);
[[nodiscard]] std::string from_crlf(std::string_view text);
// REQUIRES: the text has no "\r".
[[nodiscard]] std::string to_crlf(std::string_view text);

// The source of a document that was imported begins like this, from a file with CRLF like that: the
// first record of its history remembers.
inline constexpr std::string_view kImportSource = "import-";
inline constexpr std::string_view kCrlfSource = "import-crlf-";

}  // namespace cowrite::cli
