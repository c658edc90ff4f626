// The limits of a document, which hold for whoever writes it: clients, the operator, a file that is
// imported; and the defaults of the log. Each limit has its reason. Sizes are bytes unless the name
// says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ot/rope/rope.h"

namespace cowrite::storage {

// The text of one document: a browser edits it, and every new subscriber is sent all of it.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{16} << 20;

// Collections, document ids, sources and authors are keys and names, not content.
inline constexpr std::size_t kIdBytesMax = 256;

inline constexpr std::size_t kOperationComponentsMax = 262'144;

// Versions and sequences: integers that JavaScript can hold exactly.
inline constexpr std::uint64_t kIntegerMax = (std::uint64_t{1} << 53) - 1;

// Records are packed when there are so many more: enough to compress well, and few that stand
// alone.
inline constexpr std::size_t kPackRecords = 1'024;

// A checkpoint is due after this many bytes of records beyond the size of the text, so that it
// writes no more than they did; or after so many records, for opening a document replays them,
// which takes 20 ms.
inline constexpr std::size_t kCheckpointBytes = std::size_t{256} << 10;
inline constexpr std::size_t kCheckpointRecords = 40'000;

// Commits wait while less space is free on the disk. It is enough to flush all that is in memory
// and for a small compaction.
inline constexpr std::uint64_t kDiskReserveBytes = std::uint64_t{64} << 20;

static_assert(kDocumentBytesMax <= ot::Rope::kBytesMax, "a rope holds any document");

}  // namespace cowrite::storage
