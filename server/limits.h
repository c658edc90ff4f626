// Every limit of the server, each with its reason. Sizes are bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cowrite::server {

// One WebSocket message. A text of 4 MiB must pass in one message, also with its quotes and line
// breaks escaped.
inline constexpr std::size_t kMessageBytesMax = std::size_t{8} << 20;

// One operation in its JSON form. Smaller than a message, so that an oversized operation gets an
// error reply instead of a closed socket, after which the client would only send it again.
inline constexpr std::size_t kOperationBytesMax = std::size_t{6} << 20;
inline constexpr std::size_t kOperationComponentsMax = 262'144;

// The text of one document: a browser edits it, and every new subscriber is sent all of it.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{16} << 20;

// Collections, document ids, sources, channels' parts, presence ids and names are keys, not
// content.
inline constexpr std::size_t kIdBytesMax = 256;

// Deeper JSON than any message of ours needs; recursion over it stays harmless.
inline constexpr std::size_t kJsonDepthMax = 16;

// Integers that JavaScript can hold exactly.
inline constexpr std::uint64_t kIntegerMax = (std::uint64_t{1} << 53) - 1;

inline constexpr std::size_t kSubscriptionsPerConnectionMax = 1'024;

// A document's presence channel is its collection and id joined by a dot.
inline constexpr std::size_t kChannelBytesMax = 2 * kIdBytesMax + 1;

// A cursor with a name and a colour; a presence is sent to everybody at every move.
inline constexpr std::size_t kPresenceBytesMax = std::size_t{16} << 10;

// Presences that one connection has announced; we remember them to take them back when it is cut.
inline constexpr std::size_t kPresencesPerConnectionMax = 64;

// Channels that one connection listens to: one a document, and some for the application.
inline constexpr std::size_t kChannelsPerConnectionMax = 2 * kSubscriptionsPerConnectionMax;

// Submissions of one connection that are not answered yet; beyond it, reading from its socket
// pauses. A client sends one a document.
inline constexpr std::size_t kUnansweredPerConnectionMax = 2'048;
inline constexpr std::size_t kUnansweredBytesPerConnectionMax = 2 * kMessageBytesMax;

// Documents that one connection has being read at a time; the rest of its requests wait in order.
// It bounds what their replies can take before the client has read any of them.
inline constexpr std::size_t kReadsInFlightPerConnectionMax = 8;

// All snapshots in one bulk reply; the documents beyond it carry an error, and the client can ask
// for them alone.
inline constexpr std::size_t kBulkReplyBytesMax = kDocumentBytesMax;

// Above the high mark a connection's presences are coalesced and its reads wait; below the low mark
// they go on.
inline constexpr std::size_t kSendQueueHighBytes = std::size_t{1} << 20;
inline constexpr std::size_t kSendQueueLowBytes = std::size_t{256} << 10;

// Live operations that a client has not read yet, not counting snapshots on their way; who falls
// behind by more is dropped, and resumes by version when it comes back.
inline constexpr std::size_t kSendQueueBytesMax = std::size_t{16} << 20;

// Presences that wait for a slow reader, the latest of each person; beyond it the oldest are
// forgotten.
inline constexpr std::size_t kWaitingPresencesMax = 4'096;

// Records of one append. One disk sync carries them all, so more would only delay the first.
inline constexpr std::size_t kBatchRecordsMax = 1'024;
inline constexpr std::size_t kBatchBytesMax = kMessageBytesMax;

// The newest records of an open document, kept in memory for those who are a little behind; older
// ones come from the log.
inline constexpr std::size_t kTailRecordsMax = 4'096;
inline constexpr std::size_t kTailBytesMax = std::size_t{1} << 20;

// Of far more edits, their lengths without texts, with which a submission from long ago is rebased
// at once: about 15 bytes each, and as much again or a few times more where many submissions come
// from far behind. Whoever is further behind is rebased over the log.
inline constexpr std::size_t kShapesMax = 131'072;
inline constexpr std::size_t kShapesBytesMax = std::size_t{8} << 20;

// A submission that is so many records behind, or fewer, passes them one by one.
inline constexpr std::size_t kPassedOneByOne = 8;

// The records that a document is opened with.
inline constexpr std::size_t kTailRecordsOnOpening = 256;

// Records that are read from the log at a time, for a client that is far behind.
inline constexpr std::size_t kHistoryChunkBytes = std::size_t{256} << 10;

// Records sent to an author before its ack, when it was far behind. An author who missed more gets
// the ack alone, does not accept it, and fetches the rest at the pace of its socket.
inline constexpr std::size_t kMissedRecordsMax = 16'384;
inline constexpr std::size_t kMissedBytesMax = std::size_t{4} << 20;

// What an open document remembers of who sent which sequence last; forgotten entries are looked up
// in the log.
inline constexpr std::size_t kKnownSourcesMax = 8'192;

// A checkpoint is due after so many records, or so many bytes of them beyond the size of the text:
// opening a document replays no more.
inline constexpr std::size_t kCheckpointRecords = 1'000;
inline constexpr std::size_t kCheckpointBytes = std::size_t{256} << 10;

// A document that nobody needs leaves memory after this.
inline constexpr std::chrono::seconds kIdleDocument{30};

// The memory budget, unless --memory says otherwise, and the least that it may say: half of it is
// for open documents, half for the store. Idle documents leave at once where the open ones exceed
// their half; those that somebody follows or writes do not count on it.
inline constexpr std::uint64_t kMemoryBytes = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kMemoryBytesMin = std::uint64_t{32} << 20;

// What an open document takes beside its text and its history: its host, its ports, its place among
// the others.
inline constexpr std::size_t kOpenDocumentBytes = std::size_t{4} << 10;

// Documents that are looked at when memory is wanted, before others go on: so that many that are in
// use do not stop a loop.
inline constexpr std::size_t kEvictionLooksMax = 32;

// Documents of which clients have shown more than the log holds, each of which is complained about
// once. Clients can lie, so there is a bound.
inline constexpr std::size_t kEvidenceDocumentsMax = 1'000;

// How long a document waits before it offers its batch again to a log that refused it.
inline constexpr std::chrono::milliseconds kAppendRetry{500};

// How long a document waits before it asks again for a read that found the log's readers busy.
inline constexpr std::chrono::milliseconds kReadRetry{50};

// After SIGTERM: how long clients get to take what is queued for them and to answer the close.
inline constexpr std::chrono::milliseconds kDrain{3'000};

// The HTTP API. Requests under way: each may hold a text twice while it is answered, so all of them
// together stay below 256 MiB.
inline constexpr std::size_t kApiRequestsMax = 8;

// One page of a listing, and of a history by records and by their stored bytes: tens of
// milliseconds of a reader thread, no more.
inline constexpr std::size_t kApiDocumentsDefault = 100;
inline constexpr std::size_t kApiDocumentsMax = 1'000;
inline constexpr std::size_t kApiRecordsMax = 1'000;
inline constexpr std::size_t kApiRecordsBytesMax = std::size_t{1} << 20;

// Requests under way that read a whole history or compare texts (blame, versions, diff), which may
// take a second: fewer than there are reader threads, so that documents are opened meanwhile.
inline constexpr std::size_t kApiLongRequestsMax = 1;

// A blame follows so many records, whose authors and times it holds in 16 bytes each, and so many
// spans of text, in 32 bytes each: together below 128 MiB.
inline constexpr std::uint64_t kApiBlameRecordsMax = 4'000'000;
inline constexpr std::size_t kApiBlamePiecesMax = 2'000'000;

// With what was removed, it holds all text that was ever written.
inline constexpr std::size_t kApiBlameWrittenBytesMax = std::size_t{64} << 20;

// One page of a blame: its spans, and their text, of which one alone may be as long as a document.
inline constexpr std::size_t kApiBlameSpansMax = 20'000;
inline constexpr std::size_t kApiBlameTextBytesMax = std::size_t{4} << 20;

// Lines of a text that is compared, each of which takes some 30 bytes meanwhile.
inline constexpr std::size_t kApiDiffLinesMax = 1'000'000;

// Versions that one author made without a pause, in minutes, are one group; of so many versions at
// most, and a page reads no more than so many records for it.
inline constexpr std::uint64_t kApiPauseMinutesDefault = 10;
inline constexpr std::uint64_t kApiPauseMinutesMax = 7 * 24 * 60;
inline constexpr std::size_t kApiGroupsDefault = 100;
inline constexpr std::size_t kApiGroupsMax = 1'000;
inline constexpr std::uint64_t kApiGroupVersionsMax = 10'000;
inline constexpr std::size_t kApiGroupedRecordsMax = 100'000;

// A request may wait so long for the next record: less than the transport waits for an answer, and
// than proxies commonly do.
inline constexpr std::uint64_t kApiWaitSecondsMax = 30;

// Requests that wait; each holds a connection and little else.
inline constexpr std::size_t kApiWaitersMax = 256;

// How often is looked for what they wait for, while anybody waits.
inline constexpr std::chrono::milliseconds kApiWaitLook{100};

// How long what can never change may be taken from a browser's own cache: a reload of the page
// costs nothing, and what is erased or restored on the server is gone from there too, soon.
inline constexpr std::chrono::seconds kApiImmutable{3'600};

// What an operator asks for is answered within this time, if only with "not yet": less than the
// transport waits for an answer, and than proxies commonly do.
inline constexpr std::chrono::milliseconds kOperatorPatience{20'000};

// Changes of the operator's that wait for one another.
inline constexpr std::size_t kOperatorJobsMax = 8;

// --- Connections ---

// In total, over all loops. Idle ones cost about 10 KB each, so this is a quarter of a gigabyte;
// more users mean more servers.
inline constexpr std::size_t kConnectionsMax = 20'000;

// From one address that is not loopback: a school behind one router passes, one hostile machine
// does not take all places.
inline constexpr std::size_t kConnectionsPerAddressMax = 1'024;

// Each connection owns a read buffer of this size; small, since most connections are idle. Long
// messages take more reads.
inline constexpr std::size_t kReadBufferBytes = 2'048;

// What the kernel may hold of a connection's output beyond what is on its way, instead of the
// megabytes that it takes by default: so queued bytes are seen by us, and a slow reader costs a
// known amount.
inline constexpr int kUnsentBytesMax = 128 << 10;

// A sender that waits for a connection to drain goes on at this many queued bytes: enough to keep
// the connection busy meanwhile.
inline constexpr std::size_t kDrainedBytes = std::size_t{256} << 10;

// The body of an HTTP request: records that an operator imports, of which one may be as large as a
// message. Its head may have 16,000 bytes (websocketpp's constant).
inline constexpr std::size_t kRequestBodyBytesMax = kMessageBytesMax;

}  // namespace cowrite::server
