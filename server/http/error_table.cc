#include "server/http/error_table.h"

#include <algorithm>

#include "server/history/errors.h"
#include "server/http/errors.h"
#include "server/protocol/error_codes.h"
#include "storage/errors.h"

namespace cowrite::http {
namespace {

using enum Channel;

constexpr ErrorEntry kErrors[] = {
    {kErrParameterInvalid, 400, kHttp,
     "A parameter is unknown, repeated, or not what it should be."},
    {kErrRequestMalformed, 400, kHttp,
     "The request is no HTTP, or its target, Host or length is not what it should be."},
    {history::kErrRecordInvalid, 400, kHttp,
     "A record cannot be part of the document's history; the message names its line or version, "
     "and why."},
    {history::kErrNameInvalid, 400, kHttp,
     "A document that is to be made cannot have this name; the message says why."},
    {kErrTokenMissing, 401, kHttp, "The request needs the operator's token."},
    {kErrTokenWrong, 403, kHttp, "The token is not that of this server's operator."},
    {kErrOperatorPage, 403, kHttp,
     "A page in a browser sent the request, which only programs may."},
    {kErrHostForeign, 403, kHttp,
     "The server does not answer for that host; `--hosts` names those that it answers for."},
    {kErrOriginForeign, 403, kHttp,
     "The server does not answer to pages of that origin; `--origins` names those that it answers "
     "to."},
    {kErrPathUnknown, 404, kHttp, "The API has nothing at this path."},
    {storage::kErrDocumentUnknown, 404, kHttp, "Nobody ever wrote this document."},
    {history::kErrDocumentAbsent, 404, kHttp,
     "The document did not exist at that version: it was not yet created, or deleted."},
    {storage::kErrVersionUnknown, 404, kHttp, "The document has no such version yet."},
    {kErrJobUnknown, 404, kHttp,
     "There never was such a job, or its outcome was fetched or forgotten."},
    {kErrMethodNotAllowed, 405, kHttp, "The method is none of those that `Allow` names."},
    {storage::kErrConflict, 409, kHttp,
     "The document is at another version, exists already, or still exists."},
    {storage::kErrForeign, 409, kHttp,
     "The folder for backups holds other files, or lies in the data folder."},
    {protocol::kErrDocAlreadyCreated, 409, kBoth, "The document to be created exists already."},
    {protocol::kErrDocDoesNotExist, 409, kBoth, "The document to be edited does not exist."},
    {protocol::kErrDocWasDeleted, 409, kBoth,
     "The document was deleted after the version at which the operation was made."},
    {storage::kErrErased, 410, kBoth, "That part of the history was erased for good."},
    {history::kErrDocumentErased, 410, kHttp,
     "The document was deleted, and all its text and history erased for good."},
    {kErrLengthRequired, 411, kHttp,
     "The request's body has no Content-Length; chunked requests are not taken."},
    {kErrBodyTooLarge, 413, kHttp,
     "The request has a body where none is taken, or one that is too large."},
    {history::kErrHistoryTooLong, 422, kHttp,
     "A blame would have to follow more history than this server does."},
    {history::kErrTextTooLong, 422, kHttp,
     "The texts are too long, or have too many lines, to be compared."},
    {protocol::kErrDocumentTooLarge, 422, kBoth,
     "The document would become larger than a document may be."},
    {kErrHeadTooLarge, 431, kHttp, "The request's target and headers are too large."},
    {storage::kErrDamaged, 500, kBoth,
     "What is stored is not what was written; the message says where, and what to do."},
    {storage::kErrNewerKind, 500, kBoth,
     "A newer release wrote the document, of a kind that this one does not know."},
    {storage::kErrIo, 500, kBoth, "The disk or the file system failed."},
    {protocol::kErrLogUnavailable, 500, kBoth, "The log failed, or lacks a record."},
    {kErrBusy, 503, kHttp,
     "Too many requests of this client are waiting to be answered, or something is being verified "
     "already; try again after `Retry-After` seconds. Or the server is stopping, and then a change "
     "may have been written."},
    {storage::kErrBusy, 503, kHttp,
     "The log takes no more at the moment; try again after `Retry-After` seconds."},
    {history::kErrNoRoom, 503, kHttp,
     "There is no memory for it at the moment; try again after `Retry-After` seconds."},
    {kErrHttpVersion, 505, kHttp, "The request's version of HTTP is neither 1.1 nor 1.0."},
    {storage::kErrDiskFull, 507, kHttp, "Less of the disk is free than the reserve."},

    {protocol::kErrMessageBadlyFormed, 0, kWebSocket,
     "What was sent is no message of the protocol."},
    {protocol::kErrOpBadlyFormed, 0, kWebSocket,
     "A create, a deletion or the sequence of an operation is not what it should be."},
    {protocol::kErrOpNotApplied, 0, kWebSocket,
     "The operation is malformed, or does not fit the text."},
    {protocol::kErrTypeNotRecognized, 0, kWebSocket,
     "The type is not that of a document here, which is `text-unicode`."},
    {protocol::kErrSequenceOverflow, 0, kWebSocket, "The sequence is not below 2^53 - 1."},
    {protocol::kErrVersionNewer, 0, kWebSocket,
     "The version is beyond the document's newest: the client is ahead of the server."},
    {protocol::kErrSequenceReused, 0, kWebSocket,
     "The source has sent another operation with this sequence, or gone past it."},
    {protocol::kErrOperationTooLarge, 0, kWebSocket,
     "The operation has more bytes or components than an operation may have."},
    {protocol::kErrIdTooLong, 0, kWebSocket, "An id, a source or a name is too long."},
    {protocol::kErrTooManySubscriptions, 0, kWebSocket,
     "The connection subscribes to too many documents, or names too many at once; or the server is "
     "full, and it is to try again later."},
    {protocol::kErrTooManyPresences, 0, kWebSocket,
     "The connection announces too many presences; or the server is full, and it is to try again "
     "later."},
    {protocol::kErrBulkReplyTooLarge, 0, kWebSocket,
     "The snapshots before this one fill the bulk reply: fetch it alone. Or the server has no "
     "memory for the reply: try again later."},
    {protocol::kErrPresenceTooLarge, 0, kWebSocket, "The presence is too large."},
    {protocol::kErrTypeWithoutPresence, 0, kWebSocket, "Documents of this type have no presence."},
    {protocol::kErrPresenceTransform, 0, kWebSocket,
     "The presence is too far behind the document to be moved with its text."},
    {protocol::kErrQueriesUnsupported, 0, kWebSocket,
     "The query is neither the empty one nor its next page."},
};

}  // namespace

std::span<const ErrorEntry> error_table() { return kErrors; }

const ErrorEntry* find_error(std::string_view code) {
  const ErrorEntry* entry =
      std::ranges::find(kErrors, code, [](const ErrorEntry& candidate) { return candidate.code; });
  return entry == std::end(kErrors) ? nullptr : entry;
}

}  // namespace cowrite::http
