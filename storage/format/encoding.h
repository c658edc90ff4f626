// Stored values as bytes and back. FORMAT.md has the grammar; segment.h has the values that hold
// many records.
//
// The decoders take whatever bytes are given, and return kErrDamaged for all that the encoders
// cannot have made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "storage/format/chain.h"
#include "storage/format/head.h"
#include "storage/format/value.h"
#include "storage/history.h"
#include "storage/record.h"

namespace cowrite::storage {

[[nodiscard]] std::string encode_head(std::string_view key, const Head& head);
[[nodiscard]] Result<Head> decode_head(std::string_view key, std::string_view value);

// The first byte of an entry in the table of records. The typed ones are those of documents that
// are no plain texts, which later releases may write.
enum class RecordTag : std::uint8_t {
  kCreate = 1,
  kEdit = 2,
  kDelete = 3,
  kOldSegment = 4,
  kTypedCreate = 5,
  kTypedEdit = 6,
  kSegment = 7
};

// Appends what a record says, without its version: the value of its entry up to the checksum, which
// is also what the chain covers.
void put_record(const Record& record, std::string& out);
// Reads it from the front of a value; the record is at version 0.
[[nodiscard]] Record take_record(ValueReader& in);

// The record's version is in its key, not in its value.
[[nodiscard]] std::string encode_record(std::string_view key, const Record& record);

// A document at a version, and the chain's value there.
struct Checkpoint {
  Snapshot snapshot;
  ChainValue chain{};
};
// The snapshot's version is in its key, not in its value.
[[nodiscard]] std::string encode_checkpoint(std::string_view key, const Snapshot& snapshot,
                                            const ChainValue& chain);
[[nodiscard]] Result<Checkpoint> decode_checkpoint(std::string_view key, std::string_view value);

[[nodiscard]] std::string encode_chain(std::string_view key, const ChainValue& chain);
[[nodiscard]] Result<ChainValue> decode_chain(std::string_view key, std::string_view value);

[[nodiscard]] std::string encode_source(std::string_view key, const SourceEntry& entry);
[[nodiscard]] Result<SourceEntry> decode_source(std::string_view key, std::string_view value);

}  // namespace cowrite::storage
