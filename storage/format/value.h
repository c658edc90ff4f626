// Writing and reading the parts of stored values. FORMAT.md has the grammar.
//
// Every value ends with a checksum over its key and itself. So a changed byte is found, and so is a
// value under the key of another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "ot/operation.h"

namespace cowrite::storage {

// Signed numbers, small ones in few bytes: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
void put_signed(std::int64_t number, std::string& out);
void put_string(std::string_view text, std::string& out);
// Appends the checksum, after which nothing may follow.
void put_checksum(std::string_view key, std::string& value);

// kErrDamaged: a stored `what` is damaged.
[[nodiscard]] Error damaged_value(std::string_view what);

// kErrNewerKind: a stored `what` is of a kind that later releases may write (FORMAT.md).
[[nodiscard]] Error newer_kind(std::string_view what);

// Reads bytes from front to back. Once anything is wrong, every further part is empty and whole()
// is false. What it returns is borrowed from the bytes.
class ValueReader {
 public:
  // Reads a value, and checks its checksum first.
  ValueReader(std::string_view key, std::string_view value);
  // Reads a part of a value that has been checked.
  explicit ValueReader(std::string_view part) : rest_(part) {}

  std::uint8_t byte();
  bool boolean();
  std::uint64_t number();
  std::int64_t signed_number();
  std::string_view string() { return bytes(number()); }
  std::string_view bytes(std::uint64_t count);
  // The next `count` bytes, which must be UTF-8.
  std::string_view text(std::uint64_t count);
  // All that is left, which must be UTF-8.
  std::string_view text() { return text(rest_.size()); }
  ot::Operation operation();

  void fail() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  // Whether nothing was wrong and nothing is left.
  [[nodiscard]] bool whole() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace cowrite::storage
