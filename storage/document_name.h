// What a collection and a document may be called. A document that got another name in former days
// can be read and removed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/document_key.h"

namespace cowrite::storage {

// The collection of the documents that the page edits.
inline constexpr std::string_view kPageCollection = "docs";

// The name of a property that every JavaScript object has, such as `__proto__` or `constructor`:
// clients that keep what they get in objects, by name, would find that instead.
[[nodiscard]] bool is_object_property(std::string_view name);

// Why nothing may have this name, as the end of a sentence about it: "may not be empty". Absent if
// it is UTF-8 of 1 to kIdBytesMax bytes without NUL, and no object property.
[[nodiscard]] std::optional<std::string> problem_of_name(std::string_view name);

// The same of a document that a person shall open: one whose name can stand in the address of the
// page, /d/NAME. The page has the same rule (web-editor/src/common/document-name.ts).
[[nodiscard]] std::optional<std::string> problem_of_page_name(std::string_view name);

// The same of a document that an operator makes. Programs edit the other collections, where any
// name will do; over the WebSocket they may give any name in all collections, as ShareDB lets them.
[[nodiscard]] std::optional<std::string> problem_of_new_document(const DocumentKey& key);

}  // namespace cowrite::storage
