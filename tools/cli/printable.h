// Foreign text made safe to show, as in ot/base/printable.h, and the names of documents.
#pragma once

#include <string>

#include "ot/base/printable.h"
#include "storage/document_key.h"

namespace cowrite::cli {

using ot::columns;
using ot::printable;
using ot::printable_lines;
using ot::quoted;

// The document's name, collection/id.
[[nodiscard]] inline std::string printable(const storage::DocumentKey& key) {
  return printable(key.collection()) + "/" + printable(key.id());
}

}  // namespace cowrite::cli
