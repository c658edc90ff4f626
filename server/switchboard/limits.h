// The limits of what the switchboard keeps open, each with its reason.
#pragma once

#include <chrono>
#include <cstddef>

namespace cowrite::switchboard {

// A document that nobody needs leaves memory after one to two of these: two sweeps must find it
// idle.
inline constexpr std::chrono::seconds kIdleDocument{30};

// Documents that are looked at when memory is wanted, before other work goes on: so that many that
// are in use do not stop a loop.
inline constexpr std::size_t kEvictionLooksMax = 32;

// Records that are dated later than the clock by more are worth a notice: clocks that are set by
// the network differ by less.
inline constexpr std::chrono::milliseconds kClockDifferenceMax{60'000};

// Sessions of a loop that are told of commits, presences and calls before others have their turns;
// each takes about 9 microseconds, so that others wait for 2 ms. Further ones are told in turns
// after it.
inline constexpr std::size_t kToldAtOnce = 256;

// Requests of sessions that are passed on to documents and channels before others have their turns;
// each takes some 10 microseconds until it is answered.
inline constexpr std::size_t kAskedAtOnce = 128;

// Nanoseconds that documents work before others have their turns; of the documents those go first
// that have worked least.
inline constexpr std::size_t kWorkedAtOnceNs = 2'000'000;

// So long submissions are gathered, as long as sessions ask for more, before documents form batches
// of them.
inline constexpr std::chrono::microseconds kGathered{2'000};

// Turns that documents wait for: with more of them, a millisecond's work, documents are not opened,
// and when it is looked at again. And requests that may open one before others have their turns.
inline constexpr std::size_t kTurnsWaitingMax = 64;
inline constexpr std::chrono::milliseconds kOpeningRetry{1};
inline constexpr std::size_t kOpenedAtOnce = 128;

// Requests that wait for the turns of their documents: with more, those whose connections are gone
// are dropped, so that nobody has a loop work for more clients than there are.
inline constexpr std::size_t kRequestsWaiting = 1'024;

// Documents of a loop that are on other threads at a time, or wait for them there: as many as there
// are threads (loop/workers.h), so that none is idle.
inline constexpr std::size_t kDocumentsApart = 2;

// Of the sessions that one of these concerns so many are told in any case, or fewer in longer
// messages: those who wait for an ack do not wait for crowds elsewhere. It costs about as much as
// the operation itself.
inline constexpr std::size_t kToldInAnyCase = 16;

// While many are being told, presences about the same document or on the same channel wait, as many
// as take a third of a second, or a single one that takes longer. Those that show that somebody is
// gone are not counted, for nobody would show it again.
inline constexpr std::size_t kPresenceTellingsMax = 32'768;

// What all presences that wait so on one loop take: each twice what is sent, and about so much
// beside it. Those of 16,000 who are cut off at once have room.
inline constexpr std::size_t kWaitingPresenceBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kWaitingPresenceBytes = 512;

// Sessions that are drained in one turn of their loop; each may be closed, which takes some tens of
// microseconds. All of kConnectionsMax have their turn well within kDrain.
inline constexpr std::size_t kDrainedAtOnce = 128;

// After SIGTERM: how long clients get to take what is queued for them and to answer the close.
inline constexpr std::chrono::milliseconds kDrain{3'000};

}  // namespace cowrite::switchboard
