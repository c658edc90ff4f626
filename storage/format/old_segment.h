// Segments as earlier releases wrote them: the same records, in columns that are not packed
// (FORMAT.md). They are read, and written no more.
#pragma once

#include <cstdint>
#include <vector>

#include "ot/base/result.h"
#include "storage/format/value.h"
#include "storage/record.h"

namespace cowrite::storage {

// The records of a segment whose first record has this version, after its tag. Fails as
// decode_entry() does.
[[nodiscard]] Result<std::vector<Record>> decode_old_segment(std::uint64_t version,
                                                             ValueReader& in);

}  // namespace cowrite::storage
