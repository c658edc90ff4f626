// Archiving: what is done with a document's committed records off the commit path:
//
//     chain        is computed over the records since those that were archived before, and stored
//     sources      the index learns who wrote those records (store/sources.h)
//     segments     the entries of their appends are packed into large ones (format/segment.h)
//     checkpoint   a snapshot of the document is stored, so that readers begin there
//
// The first three need no snapshot and come more often (archive_schedule.h), so segments may go
// beyond the newest checkpoint.
//
// Each step is an atomic batch that leaves every record readable, so a crash between two of them
// costs work only. Nothing waits for a sync, because the write-ahead log keeps the order of these
// batches and the commits.
//
// Of each document these checkpoints are kept: the newest, and milestones: the first at or past
// each multiple of kMilestoneVersions. So a reader of any version replays a bounded number of
// records, and the checkpoints of a long history stay few.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/format/chain.h"
#include "storage/format/head.h"
#include "storage/record.h"
#include "storage/store/store.h"
#include "storage/write/open_segments.h"

namespace cowrite::storage {

// Replaying this many records of typing takes about 20 ms, and a checkpoint among as many of them
// adds little to what they take on the disk.
inline constexpr std::uint64_t kMilestoneVersions = 40'000;

// Brings a document's checkpoints, chain and segments up to the snapshot; does nothing if they are
// there already. Fails as the store does. One thread may do it at a time. What it remembers of
// segments is of this store alone. REQUIRES: the snapshot's version is committed.
[[nodiscard]] Result<void> archive(Store& store, const DocumentKey& key, const Snapshot& snapshot,
                                   OpenSegments& segments);

// Packing ends at a multiple of it: few records beyond are not worth a link of the chain.
inline constexpr std::uint64_t kPackVersions = 256;

// Packs the document's records up to the last multiple of kPackVersions not after this version, and
// the chain; does nothing if that is done already. As archive() in all else.
[[nodiscard]] Result<void> pack(Store& store, const DocumentKey& key, std::uint64_t version,
                                OpenSegments& segments);

// The chain's value at the document's newest version.
[[nodiscard]] Result<ChainValue> newest_chain_value(const View& view, const DocumentKey& key,
                                                    const Head& head);

}  // namespace cowrite::storage
