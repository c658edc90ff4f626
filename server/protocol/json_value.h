// A value in JSON that was parsed (json_reader.h), to be looked at in any order.
//
// Of fields with one name in an object, the last counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/protocol/json_writer.h"

namespace cowrite::protocol {

enum class JsonKind : std::uint8_t {
  kNull,
  kBoolean,
  kUnsigned,  // Digits alone, below 2^64.
  kSigned,    // With a minus: -0 and -1, but not -1.0.
  kFraction,  // Every other number, as a double: 1.0 and 1e3.
  kString,
  kArray,
  kObject,
};

// A value, or the name of a field. What an array or object holds follows it in the list.
struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  std::uint32_t size = 0;     // A string's bytes; an array's values; an object's fields.
  std::uint64_t content = 0;  // A number's bits; where a string begins; the nodes inside.
};

struct JsonField;

// A value in a ParsedJson, which must stay alive. As cheap to copy as a string_view.
class JsonValue {
 public:
  class Elements;

  JsonValue() = default;  // Null.

  [[nodiscard]] JsonKind kind() const { return node_->kind; }
  [[nodiscard]] bool is_null() const { return kind() == JsonKind::kNull; }
  [[nodiscard]] bool is_unsigned() const { return kind() == JsonKind::kUnsigned; }
  [[nodiscard]] bool is_string() const { return kind() == JsonKind::kString; }
  [[nodiscard]] bool is_array() const { return kind() == JsonKind::kArray; }
  [[nodiscard]] bool is_object() const { return kind() == JsonKind::kObject; }

  // Whether it is true or false; nothing if it is no boolean.
  [[nodiscard]] std::optional<bool> boolean() const;
  // Any number; nothing if it is none.
  [[nodiscard]] std::optional<double> number() const;
  // REQUIRES: is_unsigned().
  [[nodiscard]] std::uint64_t integer() const { return node_->content; }
  // Valid UTF-8. REQUIRES: is_string().
  [[nodiscard]] std::string_view string() const { return {strings_ + node_->content, node_->size}; }

  // Values in an array, fields in an object, repeated ones counted again; 0 of anything else.
  [[nodiscard]] std::size_t size() const;
  // The values of an array; of anything else none.
  [[nodiscard]] Elements elements() const;

  // The field of an object. Null where there is none, and of anything else.
  [[nodiscard]] JsonValue operator[](std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  // Whether it is an object with a field of this name and no other.
  [[nodiscard]] bool has_only(std::string_view name) const;
  // The fields of an object in the order of their names, each once.
  [[nodiscard]] std::vector<JsonField> fields() const;

  // Writes it as fields() has it.
  void write(JsonWriter& out) const;
  [[nodiscard]] std::string to_json() const;

 private:
  friend class ParsedJson;

  static constexpr JsonNode kNullNode = {};

  JsonValue(const JsonNode* node, const char* strings) : node_(node), strings_(strings) {}

  // Behind this value and all that is in it.
  [[nodiscard]] const JsonNode* next() const {
    return node_ + 1 + (is_array() || is_object() ? node_->content : 0);
  }
  // Calls visit(name, value) with each field of an object as it came; of anything else none.
  template <typename Visit>
  void for_each_field(Visit visit) const;

  const JsonNode* node_ = &kNullNode;
  const char* strings_ = nullptr;
};

struct JsonField {
  std::string_view name;
  JsonValue value;
};

// for (const JsonValue element : array.elements()) ...
class JsonValue::Elements {
 public:
  class Iterator {
   public:
    explicit Iterator(JsonValue value) : value_(value) {}
    JsonValue operator*() const { return value_; }
    Iterator& operator++() {
      value_.node_ = value_.next();
      return *this;
    }
    bool operator==(const Iterator& other) const { return value_.node_ == other.value_.node_; }

   private:
    JsonValue value_;
  };

  Elements(JsonValue first, JsonValue end) : begin_(first), end_(end) {}
  [[nodiscard]] Iterator begin() const { return begin_; }
  [[nodiscard]] Iterator end() const { return end_; }

 private:
  Iterator begin_;
  Iterator end_;
};

}  // namespace cowrite::protocol
