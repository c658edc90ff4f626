#include "server/history/disk_use.h"

#include <limits>

#include "server/history/queries.h"
#include "storage/format/keys.h"
#include "storage/read/stored_history.h"
#include "storage/store/heads.h"

namespace cowrite::history {

Result<DocumentUse> measure_document(const storage::KeyValueStore& store,
                                     const storage::DocumentKey& key) {
  constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  const storage::StoredHistory history(store);
  Result<storage::DocumentInfo> info = read_info(history, key);
  if (!info) return info.error();
  const Result<std::optional<storage::Head>> head = storage::read_head(store, key);
  if (!head) return head.error();
  DocumentUse use{.info = std::move(*info)};
  const storage::KeyRange all_versions = storage::versions((*head)->number, 0, kAll);
  const auto measure = [&](storage::Table table, const storage::KeyRange& range,
                           std::uint64_t& bytes) -> Result<void> {
    const Result<std::uint64_t> measured = store.disk_bytes(table, range);
    if (!measured) return measured.error();
    bytes = *measured;
    return {};
  };
  for (const Result<void>& measured :
       {measure(storage::Table::kRecords, all_versions, use.record_bytes),
        measure(storage::Table::kCheckpoints, all_versions, use.checkpoint_bytes),
        measure(storage::Table::kSources, storage::sources((*head)->number), use.source_bytes)}) {
    if (!measured) return measured.error();
  }
  return use;
}

}  // namespace cowrite::history
