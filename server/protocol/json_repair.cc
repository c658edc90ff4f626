#include "server/protocol/json_repair.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "ot/base/utf8.h"

namespace cowrite::protocol {
namespace {

namespace utf8 = ot::utf8;

// ---- Surrogates

// The code unit of an escape \uXXXX at `position`, if there is one.
std::optional<unsigned> unicode_escape(std::string_view text, std::size_t position) {
  if (text.size() - position < 6 || text[position] != '\\' || text[position + 1] != 'u') {
    return std::nullopt;
  }
  const char* const digits = text.data() + position + 2;
  unsigned unit = 0;
  if (std::from_chars(digits, digits + 4, unit, 16).ptr != digits + 4) return std::nullopt;
  return unit;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

// The escape that starts at a backslash. REQUIRES: one stands at `position`.
struct Escape {
  std::size_t length = 2;
  bool is_lone_surrogate = false;
};
Escape read_escape(std::string_view text, std::size_t position) {
  const std::optional<unsigned> first = unicode_escape(text, position);
  if (!first) return {.length = 2};
  if (!is_high_surrogate(*first)) {
    return {.length = 6, .is_lone_surrogate = is_low_surrogate(*first)};
  }
  const std::optional<unsigned> second = unicode_escape(text, position + 6);
  if (second && is_low_surrogate(*second)) return {.length = 12};
  return {.length = 6, .is_lone_surrogate = true};
}

// ---- UTF-8

// How many bytes at the start are a code point or as much of one as stands there; 1 if none begins
// there. REQUIRES: not empty. The table is the Unicode Standard's of well-formed sequences (3-7).
std::size_t length_of_first(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0xC2 || lead > 0xF4 || text.size() < 2) return 1;
  const std::size_t whole = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const auto second = static_cast<unsigned char>(text[1]);
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 1;
  std::size_t length = 2;
  while (length < std::min(whole, text.size()) && utf8::is_continuation(text[length])) ++length;
  return length;
}

}  // namespace

std::optional<std::string> repair_surrogates(std::string_view json) {
  std::string repaired;
  std::size_t copied = 0;  // What of the text stands in `repaired` already.
  for (std::size_t at = json.find('\\'); at != std::string_view::npos;) {
    const Escape escape = read_escape(json, at);
    if (escape.is_lone_surrogate) {
      repaired.append(json.substr(copied, at - copied)).append("\\ufffd");
      copied = at + escape.length;
    }
    at = json.find('\\', at + escape.length);
  }
  if (copied == 0) return std::nullopt;
  return repaired.append(json.substr(copied));
}

std::string repair_utf8(std::string text) {
  if (utf8::is_valid(text)) return text;
  std::string repaired;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view first = rest.substr(0, length_of_first(rest));
    repaired.append(utf8::is_valid(first) ? first : "\uFFFD");
    rest.remove_prefix(first.size());
  }
  return repaired;
}

}  // namespace cowrite::protocol
