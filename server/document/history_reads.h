// What a live document reads from its history: itself when it is opened, and texts of its past. For
// reader threads.
#pragma once

#include <cstdint>
#include <memory>

#include "ot/base/result.h"
#include "server/document/document.h"
#include "storage/history.h"
#include "storage/version_selector.h"

namespace cowrite::document {

// The document at its newest version, with its newest records. The error of a damaged one says how
// much of it there should be, and what to do.
[[nodiscard]] Result<std::unique_ptr<Document>> load_document(const storage::DocumentKey& key,
                                                              const storage::History& history);

// The version that is meant, but none after `newest`, which is the newest that was announced.
[[nodiscard]] Result<storage::Snapshot> read_snapshot(const storage::DocumentKey& key,
                                                      const storage::VersionSelector& selector,
                                                      std::uint64_t newest,
                                                      const storage::History& history);

}  // namespace cowrite::document
