// The values of the chain that are stored by themselves. Of the records before the last of them the
// index of sources knows the newest of each source.
#pragma once

#include <cstdint>
#include <optional>

#include "ot/base/result.h"
#include "storage/format/chain.h"
#include "storage/format/head.h"
#include "storage/store/write_batch.h"

namespace cowrite::storage {

// A version, and the chain's value there.
struct ChainLink {
  std::uint64_t version = 0;
  ChainValue value{};
};

// The last link at or before `version`; absent if there is none. REQUIRES: version >= head.erased.
[[nodiscard]] Result<std::optional<ChainLink>> last_link(const View& view, const Head& head,
                                                         std::uint64_t version);

void put_link(DocumentNumber number, const ChainLink& link, WriteBatch& batch);
void erase_link(DocumentNumber number, std::uint64_t version, WriteBatch& batch);

}  // namespace cowrite::storage
