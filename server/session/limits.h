// The limits of one connection, each with its reason. Sizes are bytes unless the name says
// otherwise.
#pragma once

#include <cstddef>

#include "server/protocol/limits.h"
#include "server/transport/limits.h"
#include "storage/limits.h"

namespace cowrite::session {

// Presences that one connection has announced; they are remembered, to be retracted when it closes.
inline constexpr std::size_t kPresencesPerConnectionMax = 64;

// Channels that one connection listens to: one a document, and some for the application.
inline constexpr std::size_t kChannelsPerConnectionMax =
    2 * protocol::kSubscriptionsPerConnectionMax;

// Submissions of one connection that are not answered yet; beyond it, reading from its socket
// pauses. A client sends one a document.
inline constexpr std::size_t kUnansweredPerConnectionMax = 2'048;
inline constexpr std::size_t kUnansweredBytesPerConnectionMax = 2 * transport::kMessageBytesMax;

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

// Presences that wait for a slow reader, the latest of each person; beyond it the oldest are
// forgotten.
inline constexpr std::size_t kWaitingPresencesMax = 4'096;

static_assert(protocol::kOperationBytesMax < transport::kMessageBytesMax,
              "an oversized operation must arrive, to be answered with an error");
static_assert(transport::kDrainedBytes < kSendQueueHighBytes &&
              kSendQueueHighBytes < kSendQueueBytesMax);
static_assert(protocol::kSubscriptionsPerConnectionMax <= kUnansweredPerConnectionMax,
              "a client may have an operation in flight in every document that it follows");

}  // namespace cowrite::session
