#include "server/history/disk_use.h"

#include <utility>

#include "server/history/queries.h"
#include "storage/read/disk_use.h"
#include "storage/read/stored_history.h"

namespace cowrite::history {

Result<DocumentUse> measure_document(const storage::View& view, const storage::DocumentKey& key) {
  Result<storage::DocumentInfo> info = read_info(storage::StoredHistory(view), key);
  if (!info) return info.error();
  const Result<storage::DiskUse> use = storage::measure_document(view, key);
  if (!use) return use.error();
  return DocumentUse{*std::move(info), use->record_bytes, use->checkpoint_bytes, use->source_bytes};
}

}  // namespace cowrite::history
