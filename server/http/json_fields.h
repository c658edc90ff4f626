// JsonFields: the fields of one JSON object, read one by one. The first fault is kept: a field that
// is missing, of another kind, or not as its reader wants it. What was read is then not to be used;
// so readers are straight lists of fields, and whoever calls them looks at the fault at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "server/protocol/json_reader.h"

namespace cowrite::http {

// What was received is not a reply of this API.
inline constexpr std::string_view kErrReplyInvalid = "ERR_REPLY_INVALID";

class JsonFields {
 public:
  // Borrows both. `fault` is a reason in words, empty as long as there is none; the objects inside
  // share it.
  JsonFields(protocol::JsonValue object, std::string& fault);

  void fail(std::string reason);

  [[nodiscard]] bool has(std::string_view name) const { return object_.has(name); }
  [[nodiscard]] protocol::JsonValue operator[](std::string_view name) const {
    return object_[name];
  }

  std::string text(std::string_view name);
  std::uint64_t integer(std::string_view name);
  bool boolean(std::string_view name);
  std::int64_t time(std::string_view name);  // As storage::format_time() writes it.
  ot::Operation operation(std::string_view name);
  std::vector<std::string> texts(std::string_view name);

  // Where the next page begins, if there is one.
  std::optional<std::uint64_t> next();

  JsonFields object(std::string_view name) { return {object_[name], fault_}; }
  // The array's objects, each as read() has it.
  template <typename Element>
  std::vector<Element> objects(std::string_view name, Element (*read)(JsonFields&)) {
    std::vector<Element> elements;
    for (const protocol::JsonValue value : array(name).elements()) {
      JsonFields fields(value, fault_);
      elements.push_back(read(fields));
      if (!fault_.empty()) break;
    }
    return elements;
  }

 private:
  protocol::JsonValue array(std::string_view name);
  // Fails unless it is so.
  bool expect(bool of_right_kind, std::string_view name);

  protocol::JsonValue object_;
  std::string& fault_;
};

// Reads a reply of this API. Fails with kErrReplyInvalid.
template <typename T>
Result<T> parse_reply(std::string_view json, T (*read)(JsonFields&)) {
  const protocol::ParsedJson parsed(json);
  std::string fault = parsed.fault() ? "no JSON" : "";
  JsonFields fields(parsed.root(), fault);
  T value = read(fields);
  if (!fault.empty()) return Error{kErrReplyInvalid, "not an answer of this API: " + fault};
  return value;
}

}  // namespace cowrite::http
