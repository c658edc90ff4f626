// The hash chain of a document's history, by which all of it can be proved: each value covers the
// record before it and, through the value before that, every record since the first.
//
//     chain(0)      SHA-256 of the document's name
//     chain(v + 1)  SHA-256 of chain(v) and record v
//
// It covers what a record says, not how it is stored: records may be packed anew, and moved to
// another store.
#pragma once

#include <array>
#include <cstdint>

#include "storage/document_key.h"
#include "storage/record.h"

namespace cowrite::storage {

using ChainValue = std::array<std::uint8_t, 32>;

// Every so many versions the chain's value is stored for good: 36 bytes that nothing compresses, as
// often as a segment is full.
inline constexpr std::uint64_t kChainVersions = 4'096;

[[nodiscard]] ChainValue chain_start(const DocumentKey& key);
[[nodiscard]] ChainValue chain_next(const ChainValue& value, const Record& record);

}  // namespace cowrite::storage
