// Writing to the log past the live documents: records as they were made elsewhere, and changes
// where no server has the documents open.
//
// For a thread that may block.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "server/history/changes.h"
#include "storage/await.h"
#include "storage/log.h"

namespace cowrite::history {

// Fails with kErrDiskFull while what is appended would wait for room on the disk.
[[nodiscard]] Result<void> check_disk(const storage::Log& log);

// Adds records to a document, all or none, and returns its version. Whoever has the document open
// must load it anew. Fails with kErrRecordInvalid, with storage's kErrConflict if the records do
// not follow the newest version or it is written meanwhile, and with kErrDiskFull, kErrBusy or as
// reading does.
[[nodiscard]] Result<std::uint64_t> append_records(storage::Log& log,
                                                   const storage::DocumentKey& key,
                                                   std::vector<storage::Record> records,
                                                   const storage::KeepWaiting& keep_waiting);

// Changes become records of the log. REQUIRES: no live document is on the log, which outlives this.
class LogSink final : public ChangeSink {
 public:
  // The changes are made at now_ms, or when the document was changed last, if that is later.
  LogSink(storage::Log& log, std::int64_t now_ms, storage::KeepWaiting keep_waiting)
      : log_(log), now_ms_(now_ms), keep_waiting_(std::move(keep_waiting)) {}

  // Fails as append_records() does.
  Result<std::uint64_t> submit(DocumentChange change) override;
  void reload(const storage::DocumentKey&) override {}

 private:
  storage::Log& log_;
  const std::int64_t now_ms_;
  const storage::KeepWaiting keep_waiting_;
};

}  // namespace cowrite::history
