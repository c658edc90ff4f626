// Every error of this room, besides those of storage/ that reading and writing pass on. The message
// beside the code names the document.
#pragma once

#include <string_view>

#include "storage/errors.h"

namespace cowrite::history {

// Nobody ever wrote the document.
using storage::kErrDocumentUnknown;

// It did not exist at that version: not yet created, or deleted.
inline constexpr std::string_view kErrDocumentAbsent = "ERR_DOCUMENT_ABSENT";

// A blame would have to follow more history than this program follows at once.
inline constexpr std::string_view kErrHistoryTooLong = "ERR_HISTORY_TOO_LONG";

// Texts would take more memory than this program compares texts with.
inline constexpr std::string_view kErrTextTooLong = "ERR_TEXT_TOO_LONG";

// There is no memory for it now.
inline constexpr std::string_view kErrNoRoom = "ERR_NO_ROOM";

// The document was deleted, and all its text and history erased for good.
inline constexpr std::string_view kErrDocumentErased = "ERR_DOCUMENT_ERASED";

// A document that is to be made cannot have this name.
inline constexpr std::string_view kErrNameInvalid = "ERR_NAME_INVALID";

// A record from elsewhere cannot be part of the document's history.
inline constexpr std::string_view kErrRecordInvalid = "ERR_RECORD_INVALID";

}  // namespace cowrite::history
