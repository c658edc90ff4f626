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

// A head that is damaged comes as an error. An error without a key is about several: those that a
// damaged block hides, between two others.
using HeadVisitor =
    std::function<Visit(std::optional<DocumentKey>&& key, const Result<Head>& head)>;
// Shows the visitor the heads in key order, from `first` on, until it says stop. Damage does not
// end it. A key of two empty strings is before all.
[[nodiscard]] Result<void> scan_heads(const View& view, const DocumentKey& first,
                                      const HeadVisitor& visit);

void put_head(const DocumentKey& key, const Head& head, WriteBatch& batch);

}  // namespace cowrite::storage
