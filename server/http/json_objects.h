// Writing the API's JSON: what its objects have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/protocol/json_writer.h"
#include "storage/document_key.h"
#include "storage/timestamp.h"

namespace cowrite::http {

inline protocol::JsonWriter& write_key(protocol::JsonWriter& json,
                                       const storage::DocumentKey& key) {
  return json.text("collection", key.collection()).text("id", key.id());
}

inline protocol::JsonWriter& write_time(protocol::JsonWriter& json, const char* name,
                                        std::int64_t time_ms) {
  return json.text(name, storage::format_time(time_ms));
}

// One object, with the fields that write() writes; they have about so many bytes, if that is known.
template <typename T>
std::string object_json(const T& value, void (*write)(protocol::JsonWriter&, const T&),
                        std::size_t bytes = 0) {
  std::string text;
  text.reserve(bytes);
  protocol::JsonWriter json(std::move(text));
  json.begin_object();
  write(json, value);
  return json.end_object().take();
}

// An array with an object for each element.
template <typename Element>
void write_objects(protocol::JsonWriter& json, const char* name,
                   const std::vector<Element>& elements,
                   void (*write)(protocol::JsonWriter&, const Element&)) {
  json.begin_array(name);
  for (const Element& element : elements) {
    json.begin_object();
    write(json, element);
    json.end_object();
  }
  json.end_array();
}

// Where the next page begins, if there is one.
inline void write_next(protocol::JsonWriter& json, const std::optional<std::uint64_t>& next) {
  if (next) json.integer("next", *next);
}

}  // namespace cowrite::http
