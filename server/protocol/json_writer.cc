#include "server/protocol/json_writer.h"

#include <charconv>
#include <cstddef>

#include "ot/base/utf8_words.h"
#include "server/protocol/json_repair.h"

namespace cowrite::protocol {
namespace {

namespace utf8 = ot::utf8;

constexpr std::string_view kHex = "0123456789abcdef";

constexpr bool needs_escape(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == '"' || byte == '\\';
}

// Whether any of eight bytes needs an escape: those in which subtracting borrows into the highest
// bit.
bool any_needs_escape(std::uint64_t word) {
  const auto below = [](std::uint64_t bytes, unsigned bound) {
    return (bytes - utf8::kOnes * bound) & ~bytes;
  };
  const std::uint64_t found = below(word, 0x20) | below(word ^ (utf8::kOnes * '"'), 1) |
                              below(word ^ (utf8::kOnes * '\\'), 1);
  return !utf8::is_ascii(found);
}

// How many bytes at the start need no escape.
std::size_t length_of_plain(std::string_view text) {
  std::size_t length = 0;
  while (text.size() - length >= utf8::kWordBytes) {
    if (any_needs_escape(utf8::load_word(text.data() + length))) break;
    length += utf8::kWordBytes;
  }
  while (length < text.size() && !needs_escape(text[length])) ++length;
  return length;
}

// The letter of the short escape for this byte, 0 if it has none.
char short_escape(unsigned char byte) {
  switch (byte) {
    case '"':
    case '\\':
      return static_cast<char>(byte);
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

template <typename Integer>
void append_digits(std::string& out, Integer value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  follows_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  follows_value_ = true;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  text_ += '"';
  append_escaped(value);
  text_ += '"';
  return *this;
}

JsonWriter& JsonWriter::text(const ot::Rope& value) {
  text_.reserve(text_.size() + value.bytes() + value.bytes() / 16 + 64);
  separate();
  text_ += '"';
  value.for_each_chunk([this](std::string_view chunk) { append_escaped(chunk); });
  text_ += '"';
  return *this;
}

JsonWriter& JsonWriter::integer(std::uint64_t value) {
  separate();
  append_digits(text_, value);
  return *this;
}

JsonWriter& JsonWriter::signed_integer(std::int64_t value) {
  separate();
  append_digits(text_, value);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  if (json.empty()) return *this;
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
  text(name);
  text_ += ':';
  follows_value_ = false;
  return *this;
}

std::string JsonWriter::take_repaired() { return repair_utf8(std::move(text_)); }

void JsonWriter::separate() {
  if (follows_value_) text_ += ',';
  follows_value_ = true;
}

void JsonWriter::append_escaped(std::string_view piece) {
  for (;;) {
    const std::size_t plain = length_of_plain(piece);
    text_.append(piece.substr(0, plain));
    if (plain == piece.size()) return;
    const auto byte = static_cast<unsigned char>(piece[plain]);
    if (const char letter = short_escape(byte)) {
      text_ += {'\\', letter};
    } else {
      text_.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    }
    piece.remove_prefix(plain + 1);
  }
}

}  // namespace cowrite::protocol
