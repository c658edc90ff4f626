// The errors of storage/: each is a code for programs. The message beside it names the document or
// the folder, and the reason.
#pragma once

#include <string_view>

namespace cowrite::storage {

// Nobody ever wrote the document.
inline constexpr std::string_view kErrDocumentUnknown = "ERR_DOCUMENT_UNKNOWN";

// The version that was asked for is beyond the document's newest.
inline constexpr std::string_view kErrVersionUnknown = "ERR_STORAGE_VERSION_UNKNOWN";

// The records of the version that was asked for were erased for good.
inline constexpr std::string_view kErrErased = "ERR_STORAGE_ERASED";

// Stored bytes cannot be what was written: a checksum, a gap in the versions, a record that does
// not fit its text.
inline constexpr std::string_view kErrDamaged = "ERR_STORAGE_DAMAGED";

// A newer release wrote the record or checkpoint, of a kind that this one does not know.
inline constexpr std::string_view kErrNewerKind = "ERR_STORAGE_NEWER_KIND";

// The disk or the file system failed.
inline constexpr std::string_view kErrIo = "ERR_STORAGE_IO";

// The document is not in the state that the caller expected.
inline constexpr std::string_view kErrConflict = "ERR_STORAGE_CONFLICT";

// Less space is free on the disk than the reserve.
inline constexpr std::string_view kErrDiskFull = "ERR_STORAGE_DISK_FULL";

// Too much is waiting already, or the program is ending.
inline constexpr std::string_view kErrBusy = "ERR_STORAGE_BUSY";

// A folder's name is empty, or leads from a working folder that is gone.
inline constexpr std::string_view kErrFolderName = "ERR_STORAGE_FOLDER_NAME";

// The folder holds no backups.
inline constexpr std::string_view kErrNoBackup = "ERR_STORAGE_NO_BACKUP";

// The folder holds no data.
inline constexpr std::string_view kErrNotFound = "ERR_STORAGE_NOT_FOUND";

// Another process has the folder open for writing.
inline constexpr std::string_view kErrInUse = "ERR_STORAGE_IN_USE";

// The folder holds files that are not ours.
inline constexpr std::string_view kErrForeign = "ERR_STORAGE_FOREIGN";

// A newer release wrote the data, in a format that this one does not know.
inline constexpr std::string_view kErrNewerFormat = "ERR_STORAGE_NEWER_FORMAT";

}  // namespace cowrite::storage
