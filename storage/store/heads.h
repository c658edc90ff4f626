// The heads of documents in a store: the only place that knows under which keys they stand.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/format/head.h"
#include "storage/store/write_batch.h"

namespace cowrite::storage {

// Absent if nobody ever wrote the document.
[[nodiscard]] Result<std::optional<Head>> read_head(const View& view, const DocumentKey& key);

// Those of several documents, in one look-up; fails if any of them cannot be read.
[[nodiscard]] Result<std::vector<std::optional<Head>>> read_heads(
    const View& view, std::span<const DocumentKey> keys);

// A head that is damaged is an error, and the scan goes on if the visitor says so.
using HeadVisitor = std::function<Result<Visit>(DocumentKey&& key, const Result<Head>& head)>;
// Shows the visitor all heads in key order or back, those after `after` if it is there, until it
// says stop.
[[nodiscard]] Result<void> scan_heads(const View& view, const std::optional<DocumentKey>& after,
                                      Order order, const HeadVisitor& visit);

void put_head(const DocumentKey& key, const Head& head, WriteBatch& batch);

}  // namespace cowrite::storage
