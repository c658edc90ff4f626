// Log: what a server, its operator and the command line need of the place where histories are kept.
// They append and read through OperationLog; the rest is for looking after it. Only what puts a
// program together names an implementation (rocksdb_log.h).
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ot/base/result.h"
#include "storage/backup_info.h"
#include "storage/history.h"
#include "storage/log_statistics.h"
#include "storage/operation_log.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// Whether the log takes writes now.
struct LogHealth {
  bool waits_for_disk = false;  // Appends wait until there is room on the disk; reading goes on.
  std::optional<std::uint64_t> disk_free_bytes;  // Absent where nothing limits them.
  std::uint64_t disk_reserve_bytes = 0;          // With fewer bytes free, appends wait.
};

class Log : public OperationLog {
 public:
  // The histories as they are at each call, for a thread that may block. What two calls return need
  // not fit together; read() gives a job one state.
  [[nodiscard]] virtual const History& history() const = 0;

  // The tables that hold the histories, for proofs and measurements (read/verify.h,
  // read/disk_use.h). Only the log writes to them.
  [[nodiscard]] virtual const Store& store() const = 0;

  // Erases for good the whole history of a deleted document, from the disk too; its versions go on
  // counting. Fails with kErrDocumentUnknown, with kErrConflict if the document exists or is
  // written meanwhile, with kErrDiskFull while appends wait for the disk, or as reading and writing
  // do. For a thread that may block and that holds no view of the store: it waits for those that
  // do, and all files are rewritten.
  [[nodiscard]] virtual Result<void> erase(const DocumentKey& key) = 0;

  // Adds the histories as they are now to a folder of backups, which is made if need be; files that
  // are there already are not copied again. Appends go on meanwhile. Fails with kErrForeign or
  // kErrIo. For a thread that may block.
  [[nodiscard]] virtual Result<BackupInfo> back_up(const std::string& folder,
                                                   const CopyProgress& progress) = 0;

  // Ends long work: erase() and back_up() fail from now on, with kErrBusy if for no other reason.
  // An erasure that this ends may be carried out, but for the rewriting of files.
  virtual void interrupt() = 0;

  // The id of these histories, 32 hexadecimal digits. Another log has another id, and so has one
  // that was restored from a backup, whose documents may be behind what clients have seen.
  [[nodiscard]] virtual const std::string& history_id() const = 0;

  [[nodiscard]] virtual LogHealth health() const = 0;

  [[nodiscard]] virtual LogStatistics statistics() const = 0;

  // Why the log takes nothing more, which is also the reason for a kUnknown; absent if it does.
  [[nodiscard]] virtual std::optional<Error> failure() const = 0;
};

}  // namespace cowrite::storage
