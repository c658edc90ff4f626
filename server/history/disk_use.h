// What documents take on the disk, and the store as a whole.
#pragma once

#include <cstdint>

#include "ot/base/result.h"
#include "storage/history.h"
#include "storage/store/store.h"

namespace cowrite::history {

// About, as RocksDB estimates it; what is only in the write-ahead log is included.
struct DocumentUse {
  storage::DocumentInfo info;
  std::uint64_t record_bytes = 0;
  std::uint64_t checkpoint_bytes = 0;
  std::uint64_t source_bytes = 0;

  [[nodiscard]] std::uint64_t disk_bytes() const {
    return record_bytes + checkpoint_bytes + source_bytes;
  }
  friend bool operator==(const DocumentUse&, const DocumentUse&) = default;
};

struct StoreUse {
  storage::StoreStatistics store;
  std::optional<std::uint64_t> free_bytes;  // Of the disk; absent where nothing limits them.
  std::uint64_t reserve_bytes = 0;          // Below which commits wait.
};

// Fails with kErrDocumentUnknown, or as reading does.
[[nodiscard]] Result<DocumentUse> measure_document(const storage::View& view,
                                                   const storage::DocumentKey& key);

}  // namespace cowrite::history
