// Segment: consecutive records of a document in one value, packed column by column: who wrote them,
// when, where, how much, and what. In typing most of that is as expected: a byte a record says so,
// and the columns are packed apart (column.h), so that a record of typing takes about two bytes, of
// which one is its time.
//
// An entry in the table of records is one record or a segment; its key has the version of its first
// record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "storage/format/column.h"
#include "storage/record.h"

namespace cowrite::storage {

// Reading one record means unpacking all of its segment: so many take about 0.3 ms.
inline constexpr std::size_t kSegmentRecords = 4'096;

// A segment ends at this size, so that one of its records can be read in about a millisecond.
inline constexpr std::size_t kSegmentBytes = std::size_t{1} << 20;

// Records larger than this stand alone, for reading a small neighbour would mean reading them too.
// Smaller ones do not, for what is pasted twice is then stored once.
inline constexpr std::size_t kLargeRecordBytes = std::size_t{256} << 10;

// How many records, from the first one on, share an entry. REQUIRES: not empty.
[[nodiscard]] std::size_t records_of_entry(std::span<const Record> records);

// REQUIRES: not empty; dense versions, the first one in the key; times that never decrease.
[[nodiscard]] std::string encode_segment(std::string_view key, std::span<const Record> records,
                                         Effort effort);

// The records of an entry. Fails with kErrDamaged.
[[nodiscard]] Result<std::vector<Record>> decode_entry(std::string_view key,
                                                       std::string_view value);

// What an entry holds, without unpacking it: records from <= version < to.
struct EntryExtent {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::int64_t first_ms = 0;  // Times of the first and the last of them.
  std::int64_t last_ms = 0;
};
[[nodiscard]] Result<EntryExtent> decode_extent(std::string_view key, std::string_view value);

}  // namespace cowrite::storage
