// The limits of the transport, each with its reason. Sizes are bytes unless the name says
// otherwise. Times stand in timing.h, the size of a request's body in http/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cowrite::transport {

// One WebSocket message. A text of 4 MiB must pass in one message, also with its quotes and line
// breaks escaped.
inline constexpr std::size_t kMessageBytesMax = std::size_t{8} << 20;

// What a message or the body of a request may hold without asking for room: all that typing needs,
// and little for each of kConnectionsMax.
inline constexpr std::size_t kMessageBytesFree = std::size_t{4} << 10;

// Requests for room up to this size are served before larger ones, and have a part of each loop's
// budget that larger ones leave to them. A pasted page is small, a book is not.
inline constexpr std::size_t kSmallInputBytes = std::size_t{64} << 10;
inline constexpr std::size_t kInputBytesForSmall = std::size_t{4} << 20;

// The least budget of a loop for messages and bodies that are not whole: one of the largest and
// what is left to small ones.
inline constexpr std::size_t kInputBytesMin = kMessageBytesMax + kInputBytesForSmall;

// The bytes a second below which a message does not arrive: a tenth of a bad mobile line.
inline constexpr std::size_t kInputRateMin = std::size_t{8} << 10;

// The bytes a second below which a client does not take what is queued for it.
inline constexpr std::size_t kOutputRateMin = std::size_t{1} << 10;

// Connections in total, over all loops. An idle one costs about 10 KB, so this is a quarter of a
// gigabyte; more users mean more servers.
inline constexpr std::size_t kConnectionsMax = 20'000;

// Sockets on which a loop listens. The kernel keeps 4,096 connections for each that were not
// accepted yet; of a crowd beyond it, each would come again after one, three or seven seconds.
inline constexpr std::size_t kListenQueues = 2;

// Connections that are accepted from one of them in one turn of the loop: each takes about 50
// microseconds.
inline constexpr std::size_t kAcceptedAtOnce = 64;

// Connections that are looked at, or dropped, in one turn of the loop: each may end, which takes a
// tenth of a millisecond and more.
inline constexpr std::size_t kConnectionsPerTurn = 32;

// Connections from one address that is not loopback: a school behind one router passes, and one
// hostile machine cannot take all connections.
inline constexpr std::size_t kConnectionsPerAddressMax = 1'024;

// What was read is taken in for so long, in nanoseconds, before others have their turns; the rest
// waits, those who have used least first.
inline constexpr std::size_t kReadTurnNs = 1'000'000;

// What it costs about to take something in, in nanoseconds: the head of a request, which opens a
// connection, and a byte of anything else. Where a thousand connections come at once, or all begin
// to send as fast as they can, a letter is taken in before them.
inline constexpr std::size_t kNsOfHead = 200'000;
inline constexpr std::size_t kNsOfByte = 64;

// Each connection owns a read buffer of this size; small, since most connections are idle. Long
// messages take more reads.
inline constexpr std::size_t kReadBufferBytes = 2'048;

// The part of a connection's output that the kernel may hold beyond what is in flight, instead of
// the megabytes that it takes by default: so we can count queued bytes, and a slow reader costs a
// known amount.
inline constexpr int kUnsentBytesMax = 128 << 10;

// A sender that waits for a connection to drain goes on at this many queued bytes: enough to keep
// the connection busy meanwhile.
inline constexpr std::size_t kDrainedBytes = std::size_t{256} << 10;

// What the connections of one loop may have queued, unless its owner says otherwise.
inline constexpr std::size_t kOutputBytesMax = std::size_t{32} << 20;

// A client that takes less than this of a long text between two sweeps (Timing::sweep) does not get
// on: 32 KiB a second would take nine minutes for the longest.
inline constexpr std::uint64_t kLongTextBytesPerSweep = std::uint64_t{16} << 10;

// The next piece of a long message is made when no more than this is queued before it.
inline constexpr std::size_t kPieceMarkBytes = std::size_t{4} << 10;

// What a message takes that is queued for a connection, beside its bytes: itself, its place in the
// queue, and its part of what the kernel is handed. Answers to pings of a few bytes each take 30
// times as much as what is sent of them.
inline constexpr std::size_t kQueuedMessageBytes = 384;

// Answers to pings that wait to be written, of at most 127 bytes each; of the pings beyond it only
// the newest is answered (RFC 6455, section 5.5.3).
inline constexpr std::size_t kPongsWaitingMax = 16;

// Connections that write before others have their turns: those whose clients wait for an answer,
// and those that only hear of what others do. The latter are few where others' turns are short, so
// that what comes meanwhile is read and committed, and each is sent more in one write; else one for
// so much time that others had, which is an eighth of it, up to a bound. Of the former there is one
// for as much time as a write takes, so that answers do not wait for long behind those to a crowd.
inline constexpr std::size_t kAwaitedWritesAtOnceMin = 64;
inline constexpr std::size_t kAwaitedWritesAtOnceMax = 256;
inline constexpr std::chrono::microseconds kTimeOfAwaitedWrite{16};
inline constexpr std::size_t kFollowedWritesAtOnceMin = 4;
inline constexpr std::size_t kFollowedWritesAtOnceMax = 32;
inline constexpr std::chrono::microseconds kTimeOfFollowedWrite{48};

static_assert(kConnectionsPerAddressMax < kConnectionsMax);
static_assert(kPieceMarkBytes < kDrainedBytes);

}  // namespace cowrite::transport
