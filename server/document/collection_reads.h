// read_collection: answers a query, which is for all documents of a collection. For a reader
// thread.
#pragma once

#include "ot/base/result.h"
#include "server/document/document_memory.h"
#include "server/document/messages.h"
#include "server/protocol/message.h"
#include "storage/history.h"

namespace cowrite::document {

// One page: the documents that exist, by id, those after query.after. It may hold none and say that
// the list goes on, where many were deleted. A document that cannot be read is in it with its
// error. Fails with kErrBusy if there is no room for it.
struct RoomyPage {
  protocol::QueryPage page;
  TextRoom room;
};
[[nodiscard]] Result<RoomyPage> read_collection(const storage::History& history,
                                                DocumentMemory& memory,
                                                const protocol::Query& query);

}  // namespace cowrite::document
