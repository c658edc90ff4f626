// The newest record of a source. Of what is packed the index of sources tells; of the records since
// then, these themselves.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "storage/format/head.h"
#include "storage/history.h"
#include "storage/store/view.h"

namespace cowrite::storage {

// As History::sources(), of a document with this head; errors do not name it.
[[nodiscard]] SourceEntries find_sources(const View& view, const Head& head,
                                         std::span<const std::string> names, std::uint64_t before);

}  // namespace cowrite::storage
