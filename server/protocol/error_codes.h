// The error codes that clients see, by ShareDB's names where ShareDB has one. Those of
// storage/errors.h come on top; http/error_table.h says of all what they mean.
#pragma once

#include <string_view>

#include "ot/operation.h"

namespace cowrite::protocol {

// What was received is not a message of the protocol.
inline constexpr std::string_view kErrMessageBadlyFormed = "ERR_MESSAGE_BADLY_FORMED";
inline constexpr std::string_view kErrOpBadlyFormed = ot::kErrOperationInvalid;
inline constexpr std::string_view kErrOpNotApplied = ot::kErrOperationNotApplied;
inline constexpr std::string_view kErrTypeNotRecognized = "ERR_DOC_TYPE_NOT_RECOGNIZED";
inline constexpr std::string_view kErrSequenceOverflow = "ERR_CONNECTION_SEQ_INTEGER_OVERFLOW";

// An operation that the document's state or history forbids.
inline constexpr std::string_view kErrDocAlreadyCreated = "ERR_DOC_ALREADY_CREATED";
inline constexpr std::string_view kErrDocDoesNotExist = "ERR_DOC_DOES_NOT_EXIST";
inline constexpr std::string_view kErrDocWasDeleted = "ERR_DOC_WAS_DELETED";
inline constexpr std::string_view kErrVersionNewer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";
inline constexpr std::string_view kErrSequenceReused = "ERR_OP_SEQUENCE_REUSED";

// Limits (limits.h).
inline constexpr std::string_view kErrOperationTooLarge = "ERR_OP_TOO_LARGE";
inline constexpr std::string_view kErrDocumentTooLarge = "ERR_DOC_TOO_LARGE";
inline constexpr std::string_view kErrIdTooLong = "ERR_ID_TOO_LONG";
inline constexpr std::string_view kErrTooManySubscriptions = "ERR_TOO_MANY_SUBSCRIPTIONS";
inline constexpr std::string_view kErrTooManyPresences = "ERR_TOO_MANY_PRESENCES";
inline constexpr std::string_view kErrBulkReplyTooLarge = "ERR_BULK_REPLY_TOO_LARGE";
inline constexpr std::string_view kErrPresenceTooLarge = "ERR_PRESENCE_TOO_LARGE";

// Presence, queries and the log.
inline constexpr std::string_view kErrTypeWithoutPresence = "ERR_TYPE_DOES_NOT_SUPPORT_PRESENCE";
inline constexpr std::string_view kErrPresenceTransform = "ERR_PRESENCE_TRANSFORM_FAILED";
inline constexpr std::string_view kErrQueriesUnsupported = "ERR_DATABASE_METHOD_NOT_IMPLEMENTED";
inline constexpr std::string_view kErrLogUnavailable = "ERR_LOG_UNAVAILABLE";

}  // namespace cowrite::protocol
