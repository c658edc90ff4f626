// The lines of the log, without their time and level:
//
//     text   a client is refused kind=ERR_HOST_FOREIGN connection=17 host="a b"
//     JSON   "message":"a client is refused","kind":"ERR_HOST_FOREIGN","connection":17,"host":"a b"
//
// Whatever a value holds, it is one line: nobody can forge another, nor make a terminal obey.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace cowrite::log {

// Of a value or message: longer ones are cut and end in "…". Names of documents fit, and a line
// with a few of them is one write to a pipe.
inline constexpr std::size_t kValueBytesMax = 1'024;

// A part of a line by its name, which is a literal in snake_case. A text is borrowed for the call.
struct Field {
  Field(const char* key_of, std::string_view text) : key(key_of), value(text) {}
  Field(const char* key_of, const char* text) : key(key_of), value(std::string_view(text)) {}
  Field(const char* key_of, const std::string& text) : key(key_of), value(std::string_view(text)) {}
  Field(const char* key_of, std::unsigned_integral auto number)
      : key(key_of), value(std::uint64_t{number}) {}

  const char* key;
  std::variant<std::string_view, std::uint64_t> value;
};
using Fields = std::initializer_list<Field>;

[[nodiscard]] std::string text_line(std::string_view message, Fields fields);

// The fields of an object, without its braces.
[[nodiscard]] std::string json_fields(std::string_view message, Fields fields);

}  // namespace cowrite::log
