// Making a data folder of a backup: whole, or not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/backup_info.h"
#include "storage/read/salvage.h"

namespace cowrite::storage {

enum class DamagedDocuments { kRefused, kLeftOut };

struct RestoredBackup {
  // Why documents were left out; with kRefused none is.
  std::vector<LeftOut> left_out;
  std::optional<std::uint64_t> upgraded_from;  // The format's version in the backup, if older.
};

// Makes a data folder, which must hold nothing, of the newest backup; its histories get a new id.
// If it fails or is interrupted, nothing is there that the next try would not remove. With kLeftOut
// all documents are made that can be proved, whatever is damaged, in the backup or before it was
// made; with kRefused its files are checked, and verify() is what proves the documents.
// The progress is told by a thread of its own.
// Fails with kErrNoBackup, kErrForeign (the folder is not empty), kErrInUse (another restore fills
// it), kErrDamaged or kErrIo.
[[nodiscard]] Result<RestoredBackup> restore_backup(const std::string& backups,
                                                    const std::string& folder,
                                                    DamagedDocuments damaged,
                                                    const CopyProgress& progress = {});

}  // namespace cowrite::storage
