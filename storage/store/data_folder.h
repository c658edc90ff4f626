// What lies in a data folder, judged by the names of its files, before RocksDB is let in: it would
// create a new, empty store in a stranger's folder, or in one of ours that has lost a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::storage {

// A file of the server's, beside the data: it holds none, and may come before the first of it.
inline constexpr std::string_view kOperatorTokenFile = "operator-token";

enum class FolderContent {
  kNothing,   // Absent, empty, or the leftovers of a creation that was interrupted before it held
              // any data.
  kDatabase,  // A RocksDB; whose, its contents must tell.
  kBackup,    // Backups that RocksDbStore::back_up() made.
  kRemains,   // What is left of a data folder that has lost its CURRENT.
  kOther,     // Other files.
};

// Fails with kErrIo if the folder cannot be listed or is not a folder.
[[nodiscard]] Result<FolderContent> look_into(const std::string& folder);

// Creates the folder where it is missing, with its parents, and syncs their entries: data synced
// into a folder that a power cut takes away would be lost all the same. Fails with kErrIo.
[[nodiscard]] Result<void> create_folder(const std::string& folder);

// Names the present set of data files: equal before and after reading them means that a running
// server replaced none meanwhile. Fails with kErrIo.
[[nodiscard]] Result<std::string> file_set(const std::string& folder);

// The mark that a folder was closed in order: the number of the last change that it then held. A
// folder that has the mark but fewer changes has lost some; one without it was not closed. Fails
// with kErrIo.
[[nodiscard]] Result<void> mark_closed(const std::string& folder, std::uint64_t last_change);
// Absent if there is no mark, or none that can be read.
[[nodiscard]] std::optional<std::uint64_t> closed_mark(const std::string& folder);
[[nodiscard]] Result<void> remove_closed_mark(const std::string& folder);

}  // namespace cowrite::storage
