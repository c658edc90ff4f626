// A column of a segment as it is stored: a string that is packed with ZSTD if that makes it
// shorter. Columns are packed apart, because what one of them is like tells nothing of the others.
//
// The one user of ZSTD. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "storage/format/value.h"

namespace cowrite::storage {

// How hard the packing tries: not at all while somebody waits, little for what is likely to be
// written anew soon, and more for good.
enum class Effort { kNone, kQuick, kThorough };

// A longer column is stored as it is, so that reading one never takes more memory than this and the
// value that it is in.
inline constexpr std::size_t kPackedColumnBytesMax = std::size_t{1} << 20;

void put_column(std::string_view bytes, Effort effort, std::string& out);

// Takes a column from the front of a value. What it returns is borrowed from the value or from
// `unpacked`, which it may overwrite. The value fails if this is no column.
[[nodiscard]] std::string_view take_column(ValueReader& in, std::string& unpacked);

}  // namespace cowrite::storage
