// The note of how far the write-ahead log was synced, the file SYNCED in a data folder. A log that
// is missing or ends before it was damaged; without it a cut log looks like one that a power cut
// tore. It is written off the commit path, so it may be a second behind (FORMAT.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ot/base/result.h"

namespace cowrite::storage {

inline constexpr const char* kSyncNoteFile = "SYNCED";

struct SyncNote {
  std::uint64_t log = 0;    // The number in the name of the log's file.
  std::uint64_t bytes = 0;  // From its beginning; whole batches.
  bool operator==(const SyncNote&) const = default;
};

// Fails with kErrIo; the note before is then there still.
[[nodiscard]] Result<void> write_sync_note(const std::string& folder, const SyncNote& note);

// Absent if there is none. Fails with kErrDamaged, or kErrIo.
[[nodiscard]] Result<std::optional<SyncNote>> read_sync_note(const std::string& folder);

}  // namespace cowrite::storage
