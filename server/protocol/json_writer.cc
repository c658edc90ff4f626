#include "server/protocol/json_writer.h"

#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "ot/base/utf8.h"
#include "ot/base/utf8_words.h"

namespace cowrite::protocol {
namespace {

namespace utf8 = ot::utf8;
using Json = nlohmann::json;

constexpr std::string_view kHex = "0123456789abcdef";

// Bytes with an escape of two characters, and the second of each.
constexpr std::string_view kShortEscaped = "\"\\\b\f\n\r\t";
constexpr std::string_view kShortEscapes = "\"\\bfnrt";

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

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (;;) {
    const std::size_t plain = length_of_plain(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[plain]);
    if (const std::size_t index = kShortEscaped.find(text[plain]); index < kShortEscaped.size()) {
      out.append({'\\', kShortEscapes[index]});
    } else {
      out.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    }
    text.remove_prefix(plain + 1);
  }
}

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
  if (!utf8::is_valid(value)) {
    return raw(Json(value).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  write_string(value, "\"");
  return *this;
}

JsonWriter& JsonWriter::text(const ot::Rope& value) {
  separate();
  text_ += '"';
  ropes_.push_back({text_.size(), value});
  text_ += '"';
  return *this;
}

JsonWriter& JsonWriter::integer(std::uint64_t value) {
  separate();
  char digits[20];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

JsonWriter& JsonWriter::fraction(double value) { return raw(Json(value).dump()); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  if (json.empty()) return *this;
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::raw(JsonWriter json) {
  if (json.text_.empty()) return *this;
  separate();
  for (PiecedText::Insertion& rope : json.ropes_) {
    rope.at += text_.size();
    ropes_.push_back(std::move(rope));
  }
  text_ += json.text_;
  return *this;
}

JsonWriter& JsonWriter::name(const char* literal) {
  text_.append(follows_value_ ? ",\"" : "\"").append(literal).append("\":");
  follows_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
  write_string(name, "\":");
  follows_value_ = false;
  return *this;
}

void JsonWriter::separate() {
  if (follows_value_) text_ += ',';
  follows_value_ = true;
}

void JsonWriter::write_string(std::string_view value, std::string_view end) {
  text_.append(follows_value_ ? ",\"" : "\"");
  append_escaped(text_, value);
  text_.append(end);
  follows_value_ = true;
}

}  // namespace cowrite::protocol
