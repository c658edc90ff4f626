// What a live document reads from its history: itself when it is opened, and texts of its past. For
// reader threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ot/base/result.h"
#include "server/document/document.h"
#include "server/document/document_memory.h"
#include "storage/history.h"
#include "storage/version_selector.h"

namespace cowrite::document {

// There is no room for a text now, so that it is to be read later.
[[nodiscard]] Error no_room();

// The document at its newest version, with its newest records, those from `since` on in any case.
// Fails with kErrBusy if there is no room for it. The error of a damaged one says how much of it
// there should be, and what to do.
struct LoadedDocument {
  std::unique_ptr<Document> document;
  DocumentMemory::Charge charge;
};
[[nodiscard]] Result<LoadedDocument> load_document(const storage::DocumentKey& key,
                                                   std::optional<std::uint64_t> since,
                                                   DocumentMemory& memory,
                                                   const storage::History& history);

// The version that is meant, but none after `newest`, which is the newest that was announced. Fails
// with kErrBusy if there is no room for it.
struct RoomySnapshot {
  storage::Snapshot snapshot;
  TextRoom room;
};
[[nodiscard]] Result<RoomySnapshot> read_snapshot(const storage::DocumentKey& key,
                                                  const storage::VersionSelector& selector,
                                                  std::uint64_t newest, DocumentMemory& memory,
                                                  const storage::History& history);

}  // namespace cowrite::document
