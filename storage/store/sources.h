// The index of sources in a store: of each source in each document its newest record among those
// that are packed, or a newer one. It is written when records are packed, not when they are
// appended. The only place that knows under which keys its entries stand.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "ot/base/result.h"
#include "storage/format/keys.h"
#include "storage/history.h"
#include "storage/store/write_batch.h"

namespace cowrite::storage {

// Absent if the index does not know the source.
[[nodiscard]] Result<std::optional<SourceEntry>> read_source(const View& view,
                                                             DocumentNumber number,
                                                             std::string_view source);

using SourceVisitor = std::function<Result<Visit>(std::string_view source, const SourceEntry&)>;
// Shows the visitor all sources of a document that the index knows, until it says stop.
[[nodiscard]] Result<void> scan_sources(const View& view, DocumentNumber number,
                                        const SourceVisitor& visit);

// About how much of the disk a document's entries take.
[[nodiscard]] Result<std::uint64_t> source_disk_bytes(const View& view, DocumentNumber number);

void put_source(DocumentNumber number, std::string_view source, const SourceEntry& entry,
                WriteBatch& batch);

// Removes all entries of a document.
[[nodiscard]] Result<void> erase_sources(const View& view, DocumentNumber number,
                                         WriteBatch& batch);

}  // namespace cowrite::storage
