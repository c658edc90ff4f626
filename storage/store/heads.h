// Reading a document's head from the store.
#pragma once

#include <optional>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/format/head.h"
#include "storage/store/key_value_store.h"

namespace cowrite::storage {

// Absent if nobody ever wrote the document.
[[nodiscard]] Result<std::optional<Head>> read_head(const KeyValueStore& store,
                                                    const DocumentKey& key);

}  // namespace cowrite::storage
