#include "server/document/collection_reads.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "server/protocol/limits.h"

namespace cowrite::document {

Result<protocol::QueryPage> read_collection(const storage::History& history,
                                            const protocol::Query& query) {
  // One more tells if the list goes on. No document has an empty id.
  const storage::DocumentKey after{query.collection, query.after.value_or("")};
  const Result<std::vector<storage::DocumentInfo>> infos =
      history.list(after, protocol::kQueryLooksMax + 1);
  if (!infos) return infos.error();

  protocol::QueryPage page;
  std::size_t bytes = 0;
  std::size_t looked_at = 0;
  for (const storage::DocumentInfo& info : *infos) {
    if (info.key.collection() != query.collection) break;
    const bool full = page.documents.size() == protocol::kQueryDocumentsMax ||
                      (bytes > 0 && bytes + info.bytes > protocol::kQueryBytesMax);
    if (full || looked_at == protocol::kQueryLooksMax) {
      page.next = infos->at(looked_at - 1).key.id();
      break;
    }
    ++looked_at;
    if (!info.exists) continue;
    bytes += info.bytes;
    page.documents.push_back({info.key.id(), history.snapshot(info.key, info.version)});
  }
  return page;
}

}  // namespace cowrite::document
