// What a data folder holds, judged by the names of its files before RocksDB opens it: RocksDB would
// create a new, empty store in a folder of other files, or in one of ours that has lost a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"

namespace cowrite::storage {

// A file that the server keeps beside the data. It may be there before any data is.
inline constexpr std::string_view kOperatorTokenFile = "operator-token";

enum class FolderContent {
  kNothing,   // The folder is absent or empty, or its creation was interrupted before it held data.
  kDatabase,  // A RocksDB database, ours or not: its tables tell.
  kBackup,    // Backups that RocksDbStore::back_up() made.
  kRemains,   // What is left of a data folder that has lost its file CURRENT.
  kRestoring,  // What an interrupted restore has left.
  kOther,      // Other files.
};

// The names in a folder. Fails with kErrIo.
[[nodiscard]] Result<std::vector<std::string>> names_in(const std::string& folder);

// The bytes of its files, as far as they can be looked at.
[[nodiscard]] std::uint64_t bytes_in_folder(const std::string& folder);

[[nodiscard]] bool has_file(const std::string& folder, const std::string& name);

// Fails with kErrIo if the folder cannot be listed or is not a folder.
[[nodiscard]] Result<FolderContent> look_into(const std::string& folder);

// Whether a folder can be meant by this name. Fails with kErrFolderName.
[[nodiscard]] Result<void> check_folder_name(const std::string& folder);

// Whether a folder, which need not be there yet, is another or lies in it.
[[nodiscard]] bool lies_within(const std::string& folder, const std::string& other);

// Whether a folder, which need not be there yet, is a data folder or lies in one.
[[nodiscard]] bool lies_in_data_folder(const std::string& folder);

// Creates the folder if it is missing, with its parents, and syncs their entries, because data that
// is synced into a folder is lost if a power cut takes the folder. Fails with kErrIo or
// kErrFolderName.
[[nodiscard]] Result<void> create_folder(const std::string& folder);

// Takes all rights to files of ours from all but their owner; and to the folder, if nothing else is
// in it. Folders of earlier releases could be read by everybody. What cannot be changed, as on file
// systems without such rights, stays as it is.
void keep_to_owner(const std::string& folder);

// Names all data files of the folder. If the answer is the same before and after they were read, a
// running server replaced none of them meanwhile. Fails with kErrIo.
[[nodiscard]] Result<std::string> file_set(const std::string& folder);

// ---- Restoring
//
// A data folder is put together in a folder inside it, and then moved up file by file, CURRENT
// last: a folder whose inner one has CURRENT, or has given nothing away, is one whose restoring was
// interrupted.

// The inner folder, empty. What an earlier restore has left is removed before. Fails with
// kErrForeign if the folder holds anything else, or kErrIo.
[[nodiscard]] Result<std::string> begin_restoring(const std::string& folder);
// Moves what is in the inner folder up. Fails with kErrIo.
[[nodiscard]] Result<void> finish_restoring(const std::string& folder);
// Removes what a finish_restoring() whose process died at its end has left, if it has.
void remove_empty_restoring_folder(const std::string& folder);
// Removes what begin_restoring() and finish_restoring() have made, and no file of another name.
void abandon_restoring(const std::string& folder);

// ---- The mark of a clean shutdown
//
// It holds the number of the last change in the folder. A folder that has the mark but fewer
// changes has lost some; one without the mark was not shut down cleanly.

// Fails with kErrIo.
[[nodiscard]] Result<void> write_shutdown_mark(const std::string& folder,
                                               std::uint64_t last_change);
// Absent if there is no mark, or none that is whole.
[[nodiscard]] std::optional<std::uint64_t> read_shutdown_mark(const std::string& folder);
// Fails with kErrIo.
[[nodiscard]] Result<void> remove_shutdown_mark(const std::string& folder);

}  // namespace cowrite::storage
