// Damage to files that RocksDB reads over without an error. It is looked for before RocksDB opens a
// folder.
//
// In its logs, of which its list of files (MANIFEST) is one, RocksDB takes a record with an
// impossible length for the torn end of the log, and zeros for space that was reserved; it goes on
// without what follows. So one flipped bit can lose up to 32 KiB of acknowledged changes silently.
// But a log that a power cut has torn ends there: if records follow, the log was damaged; so it was
// if it ends before the place up to which it was synced (sync_note.h).
//
//     log      = blocks of 32,768 bytes; the last one may be shorter
//     block    = records, then up to 6 zeros
//     record   = sum length type payload     7 bytes before the payload
//     sum      = 4 bytes, lowest first: the masked CRC-32C of type and payload
//     length   = 2 bytes, lowest first: of the payload
//     type     = one byte, 1 to 4
//
// In its tables, RocksDB trusts two things. The last 53 bytes begin with the kind of the blocks'
// checksums: changed to 0, no block is checked. And a table's properties are parsed before they are
// checked: malformed ones end the process.
//
//     table    = ... properties trailer:5 index-of-what-precedes footer
//     footer   = check:byte place-of-that-index:varint ... magic:8
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "ot/base/result.h"
#include "storage/store/sync_note.h"

namespace cowrite::storage {

// Fails with kErrDamaged, naming the file and the place, or with kErrIo if the folder or a file
// cannot be read. A table that was never finished passes: it is not in RocksDB's list of files.
[[nodiscard]] Result<void> check_files(const std::string& folder,
                                       const std::optional<SyncNote>& synced);

// The same of a table alone.
[[nodiscard]] Result<void> check_table(const std::filesystem::path& table);

// The first record of a log that does not have its checksum, which RocksDB finds, but does not
// name; absent if there is none.
[[nodiscard]] std::optional<Error> find_damaged_record(const std::string& folder);

// The name of a write-ahead log.
[[nodiscard]] std::string log_file(std::uint64_t number);

// Whether there is a write-ahead log. A folder that is open for writing always has one.
[[nodiscard]] bool has_log_file(const std::string& folder);

// Whether there is a file that can exist only if the folder has held data.
[[nodiscard]] bool has_data_file(const std::string& folder);

}  // namespace cowrite::storage
