// JSON text before it is parsed and as it is written: the two things that the library does not do
// for us.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cowrite::protocol {

// What one pass over JSON text finds out. The parser recurses over what it made when it copies and
// prints, so depth is bounded before parsing; and it refuses escaped lone surrogates as if they
// were no JSON, while the client deserves an answer.
struct JsonScan {
  std::size_t depth = 0;        // Deepest nesting of arrays and objects.
  bool lone_surrogate = false;  // Some \uD800..\uDFFF escape is not half of a pair.
  std::string repaired;         // If so: with \ufffd instead, to read the other fields.
};
[[nodiscard]] JsonScan scan_json(std::string_view text);

// Appends what stands between the quotes of a JSON string. REQUIRES: text is valid UTF-8, or a
// piece of it.
void append_escaped(std::string& out, std::string_view text);

// Appends a whole JSON string, quotes included.
void append_string(std::string& out, std::string_view text);

void append_integer(std::string& out, std::uint64_t value);

}  // namespace cowrite::protocol
