#include "storage/read/disk_use.h"

#include <limits>
#include <optional>

#include "storage/format/keys.h"
#include "storage/store/heads.h"
#include "storage/store/sources.h"

namespace cowrite::storage {

Result<DiskUse> measure_document(const View& view, const DocumentKey& key) {
  const Result<std::optional<Head>> head = read_head(view, key);
  if (!head) return head.error();
  if (!*head) return DiskUse();
  const DocumentNumber number = (*head)->number;
  const KeyRange all = versions(number, 0, std::numeric_limits<std::uint64_t>::max());
  const Result<std::uint64_t> records = view.disk_bytes(Table::kRecords, all);
  if (!records) return records.error();
  const Result<std::uint64_t> checkpoints = view.disk_bytes(Table::kCheckpoints, all);
  if (!checkpoints) return checkpoints.error();
  const Result<std::uint64_t> sources = source_disk_bytes(view, number);
  if (!sources) return sources.error();
  return DiskUse{*records, *checkpoints, *sources};
}

}  // namespace cowrite::storage
