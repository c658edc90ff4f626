#include "server/document/collection_reads.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "server/document/history_reads.h"
#include "server/protocol/limits.h"

namespace cowrite::document {

Result<RoomyPage> read_collection(const storage::History& history, DocumentMemory& memory,
                                  const protocol::Query& query) {
  // One more tells if the list goes on.
  const storage::DocumentKey first = query.after
                                         ? storage::key_after({query.collection, *query.after})
                                         : storage::DocumentKey(query.collection, "");
  const Result<std::vector<storage::ListEntry>> entries =
      history.list(first, protocol::kQueryLooksMax + 1);
  if (!entries) return entries.error();

  protocol::QueryPage page;
  std::size_t bytes = 0;
  std::size_t looked_at = 0;
  const storage::DocumentKey* last = nullptr;
  for (const auto& [key, info] : *entries) {
    if (!key) {
      page.damage = info.error();
      continue;
    }
    if (key->collection() != query.collection) break;
    const std::uint64_t its_bytes = info ? info->bytes : 0;
    const bool full = page.documents.size() == protocol::kQueryDocumentsMax ||
                      (bytes > 0 && bytes + its_bytes > protocol::kQueryBytesMax);
    if (full || looked_at == protocol::kQueryLooksMax) {
      page.next = last->id();
      break;
    }
    ++looked_at;
    last = &*key;
    if (info && !info->exists) continue;
    bytes += its_bytes;
    page.documents.push_back({key->id(), info ? history.snapshot(*key, info->version)
                                              : Result<storage::Snapshot>(info.error())});
  }
  DocumentMemory::Charge charge = memory.try_charge(memory_of_text(bytes));
  if (!charge) return no_room();
  return RoomyPage{std::move(page), std::make_shared<DocumentMemory::Charge>(std::move(charge))};
}

}  // namespace cowrite::document
