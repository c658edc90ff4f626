// Writing to the log past the live documents, for what they cannot do: adding records as they were
// made elsewhere. Who has the document live must load it anew.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/log.h"

namespace cowrite::history {

// Whether to go on waiting for the disk.
using GoOn = std::function<bool()>;

// Adds records to a document, all or none, and returns its version. Fails with kErrRecordInvalid,
// with storage's kErrConflict if the records do not follow its newest version or it is written
// meanwhile, and with kErrDiskFull, kErrBusy or as reading does. For a thread that may block.
[[nodiscard]] Result<std::uint64_t> append_records(storage::Log& log,
                                                   const storage::DocumentKey& key,
                                                   std::vector<storage::Record> records,
                                                   const GoOn& go_on);

// Makes a change as the operator, of nobody else's making, of a document at version `base`. Fails
// as append_records() does.
[[nodiscard]] Result<std::uint64_t> append_change(storage::Log& log,
                                                  const storage::DocumentKey& key,
                                                  std::uint64_t base, storage::Change change,
                                                  const std::string& author, std::int64_t now_ms,
                                                  const GoOn& go_on);

// Nobody's source before: 32 random hexadecimal digits.
[[nodiscard]] std::string random_source();

}  // namespace cowrite::history
