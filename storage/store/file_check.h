// What RocksDB forgives when it reads damaged files, and should not; looked for before it does.
//
// Its logs, of which its list of files (MANIFEST) is one: it takes a record whose length cannot be
// for the torn end of the log, and zeros for room that was set aside, and goes on without what
// follows. One flipped bit, and up to 32 KiB of acknowledged changes are gone without a word. But a
// log that was torn by a power cut ends there. Where records follow, it was damaged.
//
//     log      = blocks of 32,768 bytes; the last one may be shorter
//     block    = records, then up to 6 zeros
//     record   = sum length type payload     7 bytes before the payload
//     sum      = 4 bytes, lowest first: the masked CRC-32C of type and payload
//     length   = 2 bytes, lowest first: of the payload
//     type     = one byte, 1 to 4
//
// Its tables: two things that it takes on trust. The last 53 bytes begin with how blocks are
// checked: changed to 0, none is. And a table's properties are read before they are checked: of a
// form that they never have, they end the process.
//
//     table    = ... properties trailer:5 index-of-what-precedes footer
//     footer   = check:byte place-of-that-index:varint ... magic:8
#pragma once

#include <string>

#include "ot/base/result.h"

namespace cowrite::storage {

// Fails with kErrDamaged, naming the file and the place; with kErrIo if the folder or a file cannot
// be read. A table that was never finished is left to RocksDB, which does not know it.
[[nodiscard]] Result<void> check_files(const std::string& folder);

// Whether there is a write-ahead log. A folder in use always has one.
[[nodiscard]] bool has_log_file(const std::string& folder);

// Whether there is a file that is made only after the first data was.
[[nodiscard]] bool has_data_file(const std::string& folder);

}  // namespace cowrite::storage
