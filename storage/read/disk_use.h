// How much of the disk a document takes.
#pragma once

#include <cstdint>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/store/view.h"

namespace cowrite::storage {

// About, as the store estimates it; what is only in its write-ahead log is included.
struct DiskUse {
  std::uint64_t record_bytes = 0;
  std::uint64_t checkpoint_bytes = 0;
  std::uint64_t source_bytes = 0;
};

// Nothing, of a document that nobody wrote.
[[nodiscard]] Result<DiskUse> measure_document(const View& view, const DocumentKey& key);

}  // namespace cowrite::storage
