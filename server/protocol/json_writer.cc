#include "server/protocol/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "ot/base/utf8.h"
#include "ot/base/utf8_words.h"

namespace cowrite::protocol {
namespace {

namespace utf8 = ot::utf8;
using Json = nlohmann::json;

// What stands for a byte between quotes: as many of eight bytes as the last one says, so that it is
// copied in one step.
struct Escape {
  char text[utf8::kWordBytes - 1] = {};
  std::uint8_t length = 0;
};

constexpr bool needs_escape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

constexpr Escape escape_of(unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  // Bytes with an escape of two characters, and the second of each.
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kShortEscapes = "\"\\bfnrt";
  const auto character = static_cast<char>(byte);
  if (!needs_escape(byte)) return {{character}, 1};
  if (const std::size_t index = kShort.find(character); index < kShort.size()) {
    return {{'\\', kShortEscapes[index]}, 2};
  }
  return {{'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]}, 6};
}

constexpr auto kEscapes = [] {
  std::array<Escape, 256> escapes;
  for (std::size_t byte = 0; byte < escapes.size(); ++byte) {
    escapes[byte] = escape_of(static_cast<unsigned char>(byte));
  }
  return escapes;
}();

// A loop over a known number of bytes, which compilers make a few vector instructions of.
constexpr std::size_t kBlockBytes = 32;
bool any_needs_escape(const char* block) {
  unsigned found = 0;
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    found |= static_cast<unsigned>(needs_escape(static_cast<unsigned char>(block[i])));
  }
  return found != 0;
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

// How many bytes at the start need no escape: all, or some words before the first that does.
std::size_t length_of_plain(std::string_view text) {
  std::size_t length = 0;
  while (text.size() - length >= kBlockBytes && !any_needs_escape(text.data() + length)) {
    length += kBlockBytes;
  }
  while (text.size() - length >= utf8::kWordBytes) {
    if (any_needs_escape(utf8::load_word(text.data() + length))) return length;
    length += utf8::kWordBytes;
  }
  const std::string_view rest = text.substr(length);
  return std::ranges::any_of(rest, needs_escape) ? length : text.size();
}

char* write_escaped(char* end, std::string_view text) {
  for (const char byte : text) {
    const Escape& escape = kEscapes[static_cast<unsigned char>(byte)];
    std::memcpy(end, &escape, sizeof escape);
    end += escape.length;
  }
  return end;
}

// Text in which escapes are near, and as much of it as is put together at a time: a plain word is
// one step, any other one a step a byte.
constexpr std::size_t kNearBytes = 128;
void append_near_escapes(std::string& out, std::string_view text) {
  char escaped[kNearBytes * 6 + sizeof(Escape)];  // Each byte may be "\u0001".
  char* end = escaped;
  while (text.size() >= utf8::kWordBytes) {
    const std::uint64_t word = utf8::load_word(text.data());
    if (any_needs_escape(word)) {
      end = write_escaped(end, text.substr(0, utf8::kWordBytes));
    } else {
      std::memcpy(end, &word, sizeof word);
      end += sizeof word;
    }
    text.remove_prefix(utf8::kWordBytes);
  }
  end = write_escaped(end, text);
  out.append(escaped, static_cast<std::size_t>(end - escaped));
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (;;) {
    const std::size_t plain = length_of_plain(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const std::string_view near = text.substr(0, kNearBytes);
    append_near_escapes(out, near);
    text.remove_prefix(near.size());
  }
}

std::size_t escaped_bytes(std::string_view text) {
  std::size_t bytes = 0;
  for (const char byte : text) bytes += kEscapes[static_cast<unsigned char>(byte)].length;
  return bytes;
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
