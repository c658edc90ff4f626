// JsonWriter: JSON text, appended to one string value by value.
//
//     JsonWriter json;
//     json.begin_object().text("c", "docs").begin_array("b").integer(3).end_array().end_object();
//     json.take();  // {"c":"docs","b":[3]}
//
// It writes the commas, and strings as JSON.stringify does. Inside an object every value has a
// name, and whoever opens an array or an object closes it; that is not checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ot/rope/rope.h"
#include "server/protocol/pieced_text.h"

namespace cowrite::protocol {

// Appends what stands between the quotes of a string. REQUIRES: valid UTF-8, or a part of it.
void append_escaped(std::string& out, std::string_view text);
// The bytes that it appends, and how many there are for a byte at most: as "\u0001".
[[nodiscard]] std::size_t escaped_bytes(std::string_view text);
inline constexpr std::size_t kEscapeBytesMax = 6;

class JsonWriter {
 public:
  JsonWriter() { text_.reserve(kBytesFirst); }
  // Continues a text, for instance between two values of an object.
  explicit JsonWriter(std::string text) : text_(std::move(text)), follows_value_(!text_.empty()) {}

  // ---- Values

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  // Any bytes: U+FFFD stands for what is not UTF-8, as names of documents may have it.
  JsonWriter& text(std::string_view value);
  // Not written yet, but kept for take_pieces().
  JsonWriter& text(const ot::Rope& value);
  JsonWriter& integer(std::uint64_t value);
  JsonWriter& integer(const std::optional<std::uint64_t>& value) {
    return value ? integer(*value) : null();
  }
  JsonWriter& signed_integer(std::int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& fraction(double value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  // JSON that was written before. REQUIRES: one value, or in an array or object some, or none.
  JsonWriter& raw(std::string_view json);
  JsonWriter& raw(JsonWriter json);

  // ---- Fields of an object: a name, then any value

  // A literal is ASCII that needs no escape; any other name is valid UTF-8.
  JsonWriter& name(const char* literal);
  JsonWriter& name(std::string_view name);

  JsonWriter& begin_object(const char* name) { return this->name(name).begin_object(); }
  JsonWriter& begin_array(const char* name) { return this->name(name).begin_array(); }
  JsonWriter& text(const char* name, std::string_view value) {
    return this->name(name).text(value);
  }
  JsonWriter& integer(const char* name, const std::optional<std::uint64_t>& value) {
    return this->name(name).integer(value);
  }
  JsonWriter& boolean(const char* name, bool value) { return this->name(name).boolean(value); }
  JsonWriter& raw(const char* name, std::string_view json) { return this->name(name).raw(json); }

  // What was written. REQUIRES: no rope is in it.
  [[nodiscard]] std::string take() { return std::move(text_); }
  [[nodiscard]] PiecedText take_pieces() { return {std::move(text_), std::move(ropes_)}; }

 private:
  // Enough for most messages, so that they take memory once.
  static constexpr std::size_t kBytesFirst = 240;

  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  // Begins a value or a name, with a comma where it needs one.
  void separate();
  // A string, or with another end a name.
  void write_string(std::string_view value, std::string_view end);

  std::string text_;
  std::vector<PiecedText::Insertion> ropes_;
  bool follows_value_ = false;  // What comes next needs a comma.
};

}  // namespace cowrite::protocol
