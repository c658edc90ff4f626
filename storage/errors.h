// Every error of storage/: a code for programs; the message beside it names the document or folder
// and the reason.
#pragma once

#include <string_view>

namespace cowrite::storage {

// Nobody ever wrote the document.
inline constexpr std::string_view kErrDocumentUnknown = "ERR_DOCUMENT_UNKNOWN";

// A version beyond the document's newest was asked for.
inline constexpr std::string_view kErrVersionUnknown = "ERR_STORAGE_VERSION_UNKNOWN";

// A version whose records were erased for good was asked for.
inline constexpr std::string_view kErrErased = "ERR_STORAGE_ERASED";

// Stored bytes cannot be what was written: a checksum, a gap in the versions, a record that does
// not fit its text.
inline constexpr std::string_view kErrDamaged = "ERR_STORAGE_DAMAGED";

// The disk or the file system failed.
inline constexpr std::string_view kErrIo = "ERR_STORAGE_IO";

// A document is not as who wants to change it took it to be.
inline constexpr std::string_view kErrConflict = "ERR_STORAGE_CONFLICT";

// Less of the disk is free than the reserve.
inline constexpr std::string_view kErrDiskFull = "ERR_STORAGE_DISK_FULL";

// Too many reads wait already.
inline constexpr std::string_view kErrBusy = "ERR_STORAGE_BUSY";

// Opening a data folder:
inline constexpr std::string_view kErrNotFound = "ERR_STORAGE_NOT_FOUND";  // Holds no data.
inline constexpr std::string_view kErrInUse = "ERR_STORAGE_IN_USE";        // A server runs on it.
inline constexpr std::string_view kErrForeign = "ERR_STORAGE_FOREIGN";     // Somebody else's files.
inline constexpr std::string_view kErrNewerFormat = "ERR_STORAGE_NEWER_FORMAT";

}  // namespace cowrite::storage
