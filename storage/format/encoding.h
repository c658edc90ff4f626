// Stored values as bytes and back. FORMAT.md has the grammar.
//
// Every value ends with a checksum over its key and itself, so a changed byte is found, and so is a
// value under another's key. The decoders take whatever bytes are given, and return kErrDamaged for
// all that the encoders cannot have made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/result.h"
#include "storage/format/head.h"
#include "storage/format/keys.h"
#include "storage/history.h"
#include "storage/record.h"

namespace cowrite::storage {

[[nodiscard]] std::string encode_head(std::string_view key, const Head& head);
[[nodiscard]] Result<Head> decode_head(std::string_view key, std::string_view value);

// The record's version is in its key, not in its value.
[[nodiscard]] std::string encode_record(std::string_view key, const Record& record);
[[nodiscard]] Result<Record> decode_record(std::string_view key, std::string_view value);

// The record's time alone, for searching.
[[nodiscard]] Result<std::int64_t> decode_record_time(std::string_view key, std::string_view value);

// The snapshot's version is in its key, not in its value.
[[nodiscard]] std::string encode_checkpoint(std::string_view key, const Snapshot& snapshot);
[[nodiscard]] Result<Snapshot> decode_checkpoint(std::string_view key, std::string_view value);

[[nodiscard]] std::string encode_source(std::string_view key, const SourceEntry& entry);
[[nodiscard]] Result<SourceEntry> decode_source(std::string_view key, std::string_view value);

}  // namespace cowrite::storage
