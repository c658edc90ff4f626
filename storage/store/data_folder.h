// What lies in a data folder, judged by the names of its files, before RocksDB is let in: it would
// create a new, empty store in a stranger's folder, or in one of ours that has lost a file.
#pragma once

#include <string>

#include "ot/result.h"

namespace cowrite::storage {

enum class FolderContent {
  kNothing,   // Absent, empty, or the leftovers of a creation that was interrupted before it held
              // any data.
  kDatabase,  // A RocksDB; whose, its contents must tell.
  kOther,     // Other files, or a RocksDB without its CURRENT.
};

// Fails with kErrIo if the folder cannot be listed or is not a folder.
[[nodiscard]] Result<FolderContent> look_into(const std::string& folder);

// Creates the folder where it is missing, with its parents, and syncs their entries: data synced
// into a folder that a power cut takes away would be lost all the same. Fails with kErrIo.
[[nodiscard]] Result<void> create_folder(const std::string& folder);

// Names the present set of data files: equal before and after reading them means that a running
// server replaced none meanwhile. Fails with kErrIo.
[[nodiscard]] Result<std::string> file_set(const std::string& folder);

}  // namespace cowrite::storage
