// Log: everything that a server, its operator and the command line need of the place where
// histories are kept: appending and reading (operation_log.h), and looking after it.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ot/base/result.h"
#include "storage/history.h"
#include "storage/operation_log.h"
#include "storage/store/key_value_store.h"

namespace cowrite::storage {

// Whether the log takes writes now.
struct LogHealth {
  bool waits_for_disk = false;  // Appends wait until there is room on the disk; reading goes on.
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;  // With fewer bytes free, appends wait.
};

class Log : public OperationLog {
 public:
  // The history, for a thread that may block.
  [[nodiscard]] virtual const History& history() const = 0;

  // The tables below, for proofs and measurements (read/verify.h). Only the log writes to them.
  [[nodiscard]] virtual const KeyValueStore& store() const = 0;

  // Erases for good what a deleted document ever was, from the disk too; its count of versions goes
  // on. Fails with kErrDocumentUnknown, kErrConflict if the document exists or is written
  // meanwhile, or as reading and writing do. For a thread that may block: all files are rewritten.
  [[nodiscard]] virtual Result<void> erase(const DocumentKey& key) = 0;

  // Adds the histories as they are now to a folder of backups, made if need be; what is there
  // already is not copied again. Appends go on meanwhile. Fails with kErrForeign or kErrIo. For a
  // thread that may block.
  [[nodiscard]] virtual Result<BackupInfo> back_up(const std::string& folder) = 0;

  // Ends what takes long: erase() and back_up() fail with kErrBusy from now on.
  virtual void interrupt() = 0;

  // 32 hexadecimal digits that name these histories: another log's differ, and so do those of one
  // that was restored from a backup, whose documents may be behind what clients have seen.
  [[nodiscard]] virtual const std::string& history_id() const = 0;

  [[nodiscard]] virtual LogHealth health() const = 0;

  // Why the log takes nothing more; the reason for a kUnknown.
  [[nodiscard]] virtual std::optional<Error> failure() const = 0;
};

}  // namespace cowrite::storage
