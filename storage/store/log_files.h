// What RocksDB forgives when it reads its logs, and should not. It takes a record whose length
// cannot be for the torn end of a log, and zeros for room that was set aside, and goes on without
// what follows: one flipped bit, and up to 32 KiB of acknowledged changes are gone without a word.
// But a log that was torn by a power cut ends there. Where records follow, it was damaged.
//
// The form of a log, its list of files (MANIFEST) being one, too:
//
//     log      = blocks of 32,768 bytes; the last one may be shorter
//     block    = records, then up to 6 zeros
//     record   = sum length type payload     7 bytes before the payload
//     sum      = 4 bytes, lowest first: the masked CRC-32C of type and payload
//     length   = 2 bytes, lowest first: of the payload
//     type     = one byte, 1 to 4
#pragma once

#include <string>

#include "ot/result.h"

namespace cowrite::storage {

// Fails with kErrDamaged, naming the file and the place, if records follow what is none; with
// kErrIo if the folder or a file cannot be read.
[[nodiscard]] Result<void> check_log_files(const std::string& folder);

// Whether there is a write-ahead log. A folder in use always has one.
[[nodiscard]] bool has_log_file(const std::string& folder);

}  // namespace cowrite::storage
