// Which documents a person can open: those whose names can stand in the address of the page,
// /d/NAME. The page has the same rule (web-editor/src/common/document-name.ts).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/document_key.h"

namespace cowrite::storage {

// The collection of the documents that the page edits.
inline constexpr std::string_view kPageCollection = "docs";

// Why /d/NAME cannot serve a document of this name, as the end of a sentence about the name: "may
// not contain "/"". Absent if it can.
[[nodiscard]] std::optional<std::string> problem_of_page_name(std::string_view name);

// The same of a document that is to be made. In other collections, which only programs edit, all
// ids are good that clients may send. Documents that exist keep what name they have.
[[nodiscard]] std::optional<std::string> problem_of_new_document(const DocumentKey& key);

}  // namespace cowrite::storage
