#include "storage/document_name.h"

#include <algorithm>
#include <array>

#include "ot/base/utf8.h"
#include "storage/limits.h"

namespace cowrite::storage {
namespace {

// U+0000 to U+001F, and U+007F to U+009F, which begin with the byte C2 and one below A0.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool before_a0 = i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && before_a0)) return true;
  }
  return false;
}

}  // namespace

bool is_object_property(std::string_view name) {
  // Object.getOwnPropertyNames(Object.prototype)
  static constexpr auto kProperties = std::to_array<std::string_view>(
      {"__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__",
       "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString",
       "toString", "valueOf"});
  return std::ranges::find(kProperties, name) != kProperties.end();
}

std::optional<std::string> problem_of_name(std::string_view name) {
  if (name.empty()) return "may not be empty";
  if (name.size() > kIdBytesMax) {
    return "may have at most " + std::to_string(kIdBytesMax) + " bytes";
  }
  if (!ot::utf8::is_valid(name)) return "must be UTF-8";
  if (name.find('\0') != std::string_view::npos) return "may not have the character NUL";
  if (is_object_property(name)) return "may not be that of a property of all JavaScript objects";
  return std::nullopt;
}

std::optional<std::string> problem_of_page_name(std::string_view name) {
  if (std::optional<std::string> problem = problem_of_name(name)) return problem;
  if (name == "." || name == "..") return "needs more than dots";  // Steps along the path.
  if (name.find('/') != std::string_view::npos) return "may not contain \"/\"";
  if (has_control_character(name)) return "may not have control characters";
  return std::nullopt;
}

std::optional<std::string> problem_of_new_document(const DocumentKey& key) {
  if (const auto problem = problem_of_name(key.collection())) {
    return "needs a collection whose name " + *problem;
  }
  return key.collection() == kPageCollection ? problem_of_page_name(key.id())
                                             : problem_of_name(key.id());
}

}  // namespace cowrite::storage
