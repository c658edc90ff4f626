// The limits of live documents, each with its reason. Sizes are bytes unless the name says
// otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "storage/limits.h"

namespace cowrite::document {

// Records of one append. One disk sync carries them all, so more would only delay the first.
inline constexpr std::size_t kBatchRecordsMax = 1'024;
inline constexpr std::size_t kBatchBytesMax = std::size_t{8} << 20;

// The newest records of an open document, kept in memory for clients that are a little behind;
// older ones come from the log.
inline constexpr std::size_t kRecentRecordsMax = 4'096;
inline constexpr std::size_t kRecentBytesMax = std::size_t{1} << 20;

// Of far more edits, their lengths without texts, with which a submission from long ago is rebased
// at once: about 15 bytes each, and as much again or a few times more where many submissions come
// from far behind. Half of the bytes, a million components, is also the most that one submission
// passes on the loop. A submission from further behind is rebased over the log.
inline constexpr std::size_t kShapesMax = 131'072;
inline constexpr std::size_t kShapesBytesMax = std::size_t{8} << 20;

// Components of recent records whose shapes are not known yet; with more they are learned at once,
// so that whoever needs them does not wait for it. So many take a tenth of a millisecond.
inline constexpr std::size_t kUnlearnedComponentsMax = 8'192;

// A submission that is so many records behind, or fewer, passes them one by one.
inline constexpr std::size_t kPassedOneByOne = 8;

// The records that a document is opened with.
inline constexpr std::size_t kRecentRecordsOnOpening = 256;

// Records that are read from the log at a time, for a client that is far behind.
inline constexpr std::size_t kHistoryChunkBytes = std::size_t{256} << 10;

// What a client that is behind is sent at a time: when it has taken it, it is sent more.
inline constexpr std::size_t kCatchUpBytes = std::size_t{64} << 10;

// Records sent to an author before its ack: of those in memory, and no more of what its own batch
// adds. They are written for it in one turn, so that their components are bounded, too: with four
// for each of those in memory it takes a millisecond or two. An author who missed more gets the ack
// alone, does not accept it, and fetches the rest at the pace of its socket.
inline constexpr std::size_t kMissedBytesMax = kRecentBytesMax;
inline constexpr std::size_t kMissedComponentsMax = 4 * kRecentRecordsMax;

// What rebasing costs is counted in components: those of both operations, and so many more for each
// record that is passed, and for each that is read for it. A component takes about 5 ns.
inline constexpr std::uint64_t kRebaseWork = 8;
inline constexpr std::uint64_t kReadRecordWork = 64;

// What one turn of a loop passes, but for the last submission of it, which passes what is in memory
// at most; and what a reader passes before others have their turn: some milliseconds.
inline constexpr std::uint64_t kBatchWorkMax = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kCatchUpWork = std::uint64_t{1} << 20;

// Submissions of one document that the log is read for at a time. Those that pass records grow by
// what was inserted into what they delete; a look-up is small.
inline constexpr std::size_t kRebasesAtOnceMax = 16;
inline constexpr std::size_t kLookUpsAtOnceMax = 256;

// Components that a presence is moved over, which take less than a millisecond: one operation of
// the largest size, or dozens for each of the recent records.
inline constexpr std::size_t kPresencePassesMax = storage::kOperationComponentsMax;

// Presences of a document that wait for a version of it. A client that tells the truth sends none.
inline constexpr std::size_t kHeldPresencesMax = 64;
// Presences that wait until a document is here: of as many as listen to it usually, and far more
// than come while one is loaded.
inline constexpr std::size_t kEarlyPresencesMax = 4'096;
// Where memory is scarce, those whose values are longer are not kept: a cursor with a name and a
// colour is far shorter.
inline constexpr std::size_t kSmallPresenceBytes = std::size_t{1} << 10;
// What each takes beside its value and its names.
inline constexpr std::size_t kHeldPresenceBytes = 512;

// What an open document remembers of the last sequence of each source; forgotten entries are looked
// up in the log.
inline constexpr std::size_t kKnownSourcesMax = 8'192;

// What an open document takes beside its text and its history: its host, its ports, its place among
// the others.
inline constexpr std::size_t kOpenDocumentBytes = std::size_t{4} << 10;

// What a text takes that is on its way to a client, beside its bytes: its place in the answer, and
// the ends of its rope.
inline constexpr std::size_t kSentTextBytes = 256;

// What a document keeps of its newest records where memory is scarce: older ones come from the log.
inline constexpr std::size_t kRecentBytesWhenScarce = std::size_t{16} << 10;

// Documents up to this size are small: nearly all texts that people write. They have a part of the
// memory for documents to themselves.
inline constexpr std::size_t kSmallDocumentBytes = std::size_t{512} << 10;
inline constexpr std::size_t kSmallDocumentsPart = 2;

// Components of the submissions that a document is about to judge and apply; with more, it does so
// on another thread. So many take a millisecond or two.
inline constexpr std::size_t kComponentsApart = 4'096;

// Records of a commit that are written as messages, in memory; with more, another thread does so.
// So many take a few milliseconds at most.
inline constexpr std::size_t kEncodedApartBytes = std::size_t{256} << 10;

// Commits of which a document's followers are not all told yet, or as many times more as a loop
// tells more than these in one turn; until there are fewer, operations wait for each other and
// become one batch. Two, so that the next is there when one was told.
inline constexpr std::size_t kUntoldCommitsMax = 2;

// What waits in a document, if it is no more, is looked through whenever a connection ends that has
// asked for something: that takes some microseconds.
inline constexpr std::size_t kLookedThroughAtOnce = 256;

// After these, a document whose operations wait for that looks again.
inline constexpr std::chrono::milliseconds kUntoldRetry{1};

// After these, a document offers its batch again to a log that refused it: the disk does not keep
// up, or has failed.
inline constexpr std::chrono::milliseconds kAppendRetry{500};

// After these, it tries again to read the records that came before its own, without which it cannot
// go on, from a disk that failed.
inline constexpr std::chrono::milliseconds kForeignRecordsRetry{500};

// After these, it asks again for a read that found the log's readers busy: one of them is free
// soon.
inline constexpr std::chrono::milliseconds kReadRetry{50};

// A document that is to be loaded anew looks this often whether it can be: its subscribers are
// leaving, and requests wait.
inline constexpr std::chrono::milliseconds kReloadRetry{50};

static_assert(kRecentRecordsOnOpening < kRecentRecordsMax);
static_assert(kRecentRecordsMax < kKnownSourcesMax, "the sources of recent records stay known");
static_assert(kRecentRecordsMax < kShapesMax, "whoever is further behind is rebased over shapes");
static_assert(kBatchRecordsMax < kRecentRecordsMax, "a batch stays in memory whole");

}  // namespace cowrite::document
