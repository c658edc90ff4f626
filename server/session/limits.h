// The limits of one connection, each with its reason. Sizes are bytes unless the name says
// otherwise.
#pragma once

#include <chrono>
#include <cstddef>

#include "server/protocol/limits.h"
#include "server/transport/limits.h"
#include "storage/limits.h"

namespace cowrite::session {

// Presences that one connection has announced; they are remembered, to be retracted when it closes.
inline constexpr std::size_t kPresencesPerConnectionMax = 64;

// Within one such period each presence of a connection goes out once, and all of them as long as
// names and values have so many bytes together: a cursor moves smoothly, and everybody on a channel
// is sent no more of one connection than a few hundred kilobytes a second.
inline constexpr std::chrono::milliseconds kPresencePeriod{50};
inline constexpr std::size_t kPresenceBytesPerPeriod = protocol::kPresenceBytesMax;

// Presences of one connection that wait for their period: dozens of cursors, or a few of the
// largest. Beyond it those that wait longest are not shown.
inline constexpr std::size_t kPresenceBytesWaitingMax = std::size_t{128} << 10;

// Channels that one connection listens to: one a document, and some for the application.
inline constexpr std::size_t kChannelsPerConnectionMax =
    2 * protocol::kSubscriptionsPerConnectionMax;

// Submissions of one connection that are not answered yet, and what they take in memory beside
// themselves; beyond either, reading from its socket pauses. A client sends one a document, and few
// documents are written at a time. A thousand clients may have as many while the disk stands still,
// and when it goes on each takes a few times its memory at once: as it came, as it is rebased, as
// it is stored, and as it is sent. One alone may be larger.
inline constexpr std::size_t kUnansweredPerConnectionMax = 128;
inline constexpr std::size_t kUnansweredBytesPerConnectionMax = std::size_t{32} << 10;

// Reads of one connection that are not answered yet; beyond it, reading from its socket pauses. One
// bulk request may be all of them.
inline constexpr std::size_t kUnansweredReadsPerConnectionMax =
    protocol::kSubscriptionsPerConnectionMax;

// What clients follow and wait for, in memory, beside the bytes of names; measured with many of
// each that nobody uses. A document that is subscribed to is open for it, and counted with the open
// documents only while its text is here.
inline constexpr std::size_t kSubscriptionBytes = 1'536;
inline constexpr std::size_t kChannelBytes = 640;
inline constexpr std::size_t kPresenceBytes = 768;
// A read that waits, with the longest name.
inline constexpr std::size_t kWaitingReadBytes = std::size_t{1} << 10;
// A document of a bulk request, beside its text: its place in the reply, or an error in its stead.
inline constexpr std::size_t kBulkPartBytes = 256;

// Texts in the replies to a connection's bulk requests that are not whole yet, each of them small
// enough for one piece: so many bytes are a part of what the connection costs.
inline constexpr std::size_t kBulkTextBytesFree = protocol::kPieceBytes;

// Records that followed before the reply to a bulk subscription could go: so many bytes of them are
// a part of what a connection costs. They are usually shared with others.
inline constexpr std::size_t kHeldBytesFree = std::size_t{16} << 10;

// How often the names of a document, a channel and a presence are held.
inline constexpr std::size_t kDocumentNames = 2;
inline constexpr std::size_t kChannelNames = 3;
inline constexpr std::size_t kPresenceNames = 2;

// A connection that holds so much of that memory, or less, may use all of it, and every other one
// its half. A client that edits a few documents, with a channel and a presence each, holds no more,
// and as many connections as one address may have fill no more than the other half.
inline constexpr std::size_t kFollowedBytesOfSmall = std::size_t{8} << 10;
inline constexpr std::size_t kFollowedPartOfLarge = 2;

// A message up to this size is decoded at once: that takes a few milliseconds at most. A longer one
// is decoded on another thread, and its connection is not read meanwhile.
inline constexpr std::size_t kDecodedApartBytes = std::size_t{256} << 10;

// Ids of former connections under which a client sends again what it has in flight: it has that of
// one, and of more if it kept its work through several servers' ends. Each takes half a kilobyte as
// long as the connection is there, so that all of all connections are 160 MB at most.
inline constexpr std::size_t kOwnSourcesMax = 16;

// Documents that one connection has being read at a time; the rest of its requests wait in order.
// It bounds what their replies can take before the client has read any of them.
inline constexpr std::size_t kReadsInFlightPerConnectionMax = 8;

// All snapshots in one bulk reply; the documents beyond it carry an error, and the client can ask
// for them alone.
inline constexpr std::size_t kBulkReplyBytesMax = storage::kDocumentBytesMax;

// Above this mark a connection's presences are coalesced and its reads wait, until the transport
// says that it has drained.
inline constexpr std::size_t kSendQueueHighBytes = std::size_t{1} << 20;

// Operations that a client has not read yet; a client that falls behind by more is disconnected,
// and resumes by version when it comes back.
inline constexpr std::size_t kSendQueueBytesMax = std::size_t{16} << 20;

// Presences that wait for a slow reader, the latest of each person, and their bytes; beyond either
// some are forgotten.
inline constexpr std::size_t kWaitingPresencesMax = 4'096;
inline constexpr std::size_t kWaitingPresenceBytesMax = std::size_t{1} << 20;

// Whoever is told of a commit in messages of his own, as authors are, costs as much more as one
// whom the message for all is sent, for so many records and answers that are looked at, and for so
// many bytes that are written for him: some microseconds.
inline constexpr std::size_t kRecordsLookedAt = 64;
inline constexpr std::size_t kBytesOfOwn = std::size_t{4} << 10;

static_assert(protocol::kOperationBytesMax < transport::kMessageBytesMax,
              "an oversized operation must arrive, to be answered with an error");
static_assert(transport::kDrainedBytes < kSendQueueHighBytes &&
              kSendQueueHighBytes < kSendQueueBytesMax);

}  // namespace cowrite::session
