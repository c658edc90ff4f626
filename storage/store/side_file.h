// Small files of ours beside the database, as the mark of a clean shutdown. Each is written whole
// or not at all, also if the power is cut; only its owner can read it; a symbolic link of its name
// is never followed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::storage {

// What was done in a folder's list of names lasts once this has been done. Fails with kErrIo.
[[nodiscard]] Result<void> sync_folder(const std::string& folder);

// Writes the file, or replaces it. Fails with kErrIo: then there is what was there before, or, if
// only the folder could not be synced, the new one, which a power cut may take back.
[[nodiscard]] Result<void> write_side_file(const std::string& folder, std::string_view name,
                                           std::string_view content);

// Absent if there is no such file. Fails with kErrIo.
[[nodiscard]] Result<std::optional<std::string>> read_side_file(const std::string& folder,
                                                                std::string_view name);

// Does nothing if there is no such file. Fails with kErrIo.
[[nodiscard]] Result<void> remove_side_file(const std::string& folder, std::string_view name);

}  // namespace cowrite::storage
