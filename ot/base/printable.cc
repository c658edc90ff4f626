#include "ot/base/printable.h"

#include <cstdint>
#include <cstdio>
#include <cwchar>
#include <optional>

#include "ot/base/utf8.h"

namespace cowrite::ot {
namespace {

// What stands at the beginning of a text: a code point, or a byte that belongs to none.
struct Character {
  std::string_view bytes;
  std::optional<char32_t> code_point;
};

// REQUIRES: text is not empty.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view bytes = text.substr(0, size);
  if (!utf8::is_valid(bytes)) return {text.substr(0, 1), std::nullopt};
  if (size == 1) return {bytes, lead};
  char32_t code_point = lead & (0x7FU >> size);
  for (const char byte : bytes.substr(1)) {
    code_point = code_point << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  return {bytes, code_point};
}

bool is_control(char32_t c) {
  return c < 0x20 || (0x7F <= c && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

bool turns_direction(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (0x202A <= c && c <= 0x202E) ||
         (0x2066 <= c && c <= 0x2069);
}

// What takes no place: names that differ in it look alike. Not what joins letters and emoji.
bool is_invisible(char32_t c) {
  return c == 0x00AD || c == 0x180E || c == 0x200B || (0x2060 <= c && c <= 0x2064) || c == 0xFEFF;
}

void append_escaped(std::string& out, const Character& character) {
  char escape[16];
  if (!character.code_point) {
    std::snprintf(escape, sizeof escape, "\\x%02x",
                  static_cast<unsigned char>(character.bytes.front()));
  } else if (*character.code_point == '\n') {
    std::snprintf(escape, sizeof escape, "\\n");
  } else if (*character.code_point == '\r') {
    std::snprintf(escape, sizeof escape, "\\r");
  } else if (*character.code_point == '\t') {
    std::snprintf(escape, sizeof escape, "\\t");
  } else {
    const char* format = *character.code_point < 0x20 ? "\\x%02x" : "\\u%04x";
    std::snprintf(escape, sizeof escape, format, static_cast<unsigned>(*character.code_point));
  }
  out += escape;
}

void append_printable(std::string& out, const Character& character) {
  const std::optional<char32_t> c = character.code_point;
  if (!c || is_control(*c) || turns_direction(*c) || is_invisible(*c)) {
    append_escaped(out, character);
  } else {
    out += character.bytes;
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character character = first_character(text);
    append_printable(out, character);
    text.remove_prefix(character.bytes.size());
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::optional<char32_t> c = character.code_point;
    const bool stays =
        c && (*c == U'\n' || *c == U'\t' || turns_direction(*c) || text.starts_with("\r\n"));
    if (stays) {
      out += character.bytes;
    } else {
      append_printable(out, character);
    }
    text.remove_prefix(character.bytes.size());
  }
  return out;
}

std::string quoted(std::string_view text, std::size_t code_points_max) {
  std::string out = "\"";
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == code_points_max) {
      out += "…";
      break;
    }
    const Character character = first_character(text);
    if (character.bytes == "\"" || character.bytes == "\\") out += '\\';
    append_printable(out, character);
    text.remove_prefix(character.bytes.size());
  }
  return out + "\"";
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    const int width =
        character.code_point ? ::wcwidth(static_cast<wchar_t>(*character.code_point)) : 1;
    total += width < 0 ? 1 : static_cast<std::size_t>(width);
    text.remove_prefix(character.bytes.size());
  }
  return total;
}

}  // namespace cowrite::ot
