// ArchiveSchedule: when what is appended to a document is to be archived (write/archive.h).
//
// Packing costs what is packed, and is due after so many records. A checkpoint costs the whole
// text, and is due when as much was appended as that is; so checkpoints at most double what is
// written. Where records are small and the text large, it is due after kCheckpointRecords, so that
// opening the document replays no more.
#pragma once

#include <cstddef>
#include <cstdint>

#include "storage/limits.h"
#include "storage/record.h"

namespace cowrite::storage {

class ArchiveSchedule {
 public:
  enum class Due : std::uint8_t {
    kNothing,
    kPacking,
    kCheckpoint,  // Which packs, too.
  };

  // Of a document at this version, whose newest checkpoint is at `checkpoint`. How many bytes there
  // were since is not known, so if they may be many a checkpoint is due.
  ArchiveSchedule(std::uint64_t version, std::uint64_t checkpoint)
      : version_(version),
        checkpoint_(checkpoint),
        packed_(checkpoint),
        bytes_unknown_(version - checkpoint >= kPackRecords) {}

  // A record was committed.
  void follow(const Record& record) {
    version_ = record.version + 1;
    bytes_ += record_bytes(record);
  }

  // What is due, which then counts as done. `text_bytes` are those of the document now.
  [[nodiscard]] Due take_due(std::size_t text_bytes) {
    const bool many_records = version_ - checkpoint_ >= kCheckpointRecords;
    const bool many_bytes = bytes_unknown_ || bytes_ >= kCheckpointBytes + text_bytes;
    if (bytes_ > 0 && (many_records || many_bytes)) {
      checkpoint_ = version_;
      packed_ = version_;
      bytes_ = 0;
      bytes_unknown_ = false;
      return Due::kCheckpoint;
    }
    if (version_ - packed_ < kPackRecords) return Due::kNothing;
    packed_ = version_ - version_ % kPackRecords;
    return Due::kPacking;
  }

 private:
  std::uint64_t version_;
  std::uint64_t checkpoint_;  // The newest that was due.
  std::uint64_t packed_;      // What the last packing or checkpoint that was due goes to.
  std::size_t bytes_ = 0;     // Of the records since the checkpoint, as far as they were seen.
  bool bytes_unknown_;
};

}  // namespace cowrite::storage
