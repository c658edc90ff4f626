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
  std::uint64_t content = 0;  // A number's bits; where a string begins; how many nodes are inside.
};

struct JsonField;
class JsonElements;

// As cheap to copy as a string_view. The ParsedJson that it is in must stay alive.
class JsonValue {
 public:
  JsonValue() = default;  // Null.

  [[nodiscard]] bool is_null() const { return node_->kind == JsonKind::kNull; }
  [[nodiscard]] bool is_unsigned() const { return node_->kind == JsonKind::kUnsigned; }
  [[nodiscard]] bool is_string() const { return node_->kind == JsonKind::kString; }
  [[nodiscard]] bool is_array() const { return node_->kind == JsonKind::kArray; }
  [[nodiscard]] bool is_object() const { return node_->kind == JsonKind::kObject; }

  // Nothing if it is of another kind.
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<double> number() const;  // Any of them.
  // REQUIRES: is_unsigned().
  [[nodiscard]] std::uint64_t integer() const { return node_->content; }
  // Valid UTF-8. REQUIRES: is_string().
  [[nodiscard]] std::string_view string() const { return {strings_ + node_->content, node_->size}; }

  // Values in an array, fields in an object, repeated ones counted again; 0 of anything else.
  [[nodiscard]] std::size_t size() const { return is_array() || is_object() ? node_->size : 0; }
  // The values of an array; of anything else none.
  [[nodiscard]] JsonElements elements() const;

  // The field of an object. Null where there is none, and of anything else.
  [[nodiscard]] JsonValue operator[](std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  // Whether it is an object with a field of this name and no other.
  [[nodiscard]] bool has_only(std::string_view name) const;
  // The fields of an object in the order of their names, each once; of anything else none.
  [[nodiscard]] std::vector<JsonField> fields() const;

  // Writes it, objects as fields() has them.
  void write(JsonWriter& out) const;
  [[nodiscard]] std::string to_json() const;

 private:
  friend class JsonElements;
  friend class ParsedJson;

  static constexpr JsonNode kNullNode = {};

  JsonValue(const JsonNode* node, const char* strings) : node_(node), strings_(strings) {}

  // Behind this value and all that is in it.
  [[nodiscard]] const JsonNode* end() const {
    return node_ + 1 + (is_array() || is_object() ? node_->content : 0);
  }
  [[nodiscard]] const JsonNode* end_of(const JsonNode* value) const {
    return JsonValue(value, strings_).end();
  }
  // The value of the last field of this name.
  [[nodiscard]] const JsonNode* find(std::string_view name) const;

  const JsonNode* node_ = &kNullNode;
  const char* strings_ = nullptr;
};

struct JsonField {
  std::string_view name;
  JsonValue value;
};

// for (const JsonValue element : array.elements()) ... A range that is its own iterator.
class JsonElements {
 public:
  [[nodiscard]] JsonElements begin() const { return *this; }
  [[nodiscard]] const JsonNode* end() const { return end_; }
  JsonValue operator*() const { return next_; }
  JsonElements& operator++() {
    next_.node_ = next_.end();
    return *this;
  }
  bool operator==(const JsonNode* end) const { return next_.node_ == end; }

 private:
  friend class JsonValue;
  JsonElements(JsonValue first, const JsonNode* end) : next_(first), end_(end) {}

  JsonValue next_;
  const JsonNode* end_;
};

}  // namespace cowrite::protocol
