#include "server/protocol/json_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cowrite::protocol {
namespace {

// The code unit of an escape \uXXXX at `position`, if there is one.
std::optional<unsigned> unicode_escape(std::string_view text, std::size_t position) {
  if (text.size() - position < 6 || text[position] != '\\' || text[position + 1] != 'u') {
    return std::nullopt;
  }
  unsigned unit = 0;
  for (const char c : text.substr(position + 2, 4)) {
    unit <<= 4;
    if (c >= '0' && c <= '9') {
      unit |= static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      unit |= static_cast<unsigned>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      unit |= static_cast<unsigned>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
  }
  return unit;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Length of the escape that starts at `position` (which holds a backslash), and whether it is a
// lone surrogate.
struct Escape {
  std::size_t length = 2;
  bool lone = false;
};
Escape read_escape(std::string_view text, std::size_t position) {
  const std::optional<unsigned> first = unicode_escape(text, position);
  if (!first) return {.length = 2};
  if (!is_high_surrogate(*first)) return {.length = 6, .lone = is_low_surrogate(*first)};
  const std::optional<unsigned> second = unicode_escape(text, position + 6);
  if (second && is_low_surrogate(*second)) return {.length = 12};
  return {.length = 6, .lone = true};
}

}  // namespace

JsonScan scan_json(std::string_view text) {
  JsonScan scan;
  std::size_t depth = 0;
  std::size_t copied = 0;  // What of the text stands in `repaired` already.
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (in_string && c == '\\') {
      const Escape escape = read_escape(text, i);
      if (escape.lone) {
        scan.lone_surrogate = true;
        scan.repaired.append(text.substr(copied, i - copied)).append("\\ufffd");
        copied = i + escape.length;
      }
      i += escape.length;
      continue;
    }
    if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      scan.depth = std::max(scan.depth, ++depth);
    } else if (!in_string && (c == ']' || c == '}') && depth > 0) {
      --depth;
    }
    ++i;
  }
  if (scan.lone_surrogate) scan.repaired.append(text.substr(copied));
  return scan;
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t plain = 0;  // Start of the run that needs no escape.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text.substr(plain));
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_integer(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace cowrite::protocol
