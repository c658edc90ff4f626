// The limits of one query, each with its reason. Sizes are bytes unless the name says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cowrite::history {

// One page of a list, and one of records, by their number and by their stored bytes: it takes a
// reader thread tens of milliseconds at most.
inline constexpr std::size_t kPageDocumentsMax = 1'000;
inline constexpr std::size_t kPageRecordsMax = 1'000;
inline constexpr std::size_t kPageRecordsBytesMax = std::size_t{1} << 20;

// A blame follows so many records, which takes some seconds, and takes so much memory for them: 16
// bytes a record, its pieces of text, the names of authors, and with removed text all that was ever
// written. One is made at a time, and what a small machine has beside its shares is as much.
inline constexpr std::uint64_t kBlameRecordsMax = 4'000'000;
inline constexpr std::size_t kBlameBytesMax = std::size_t{128} << 20;

// A piece of text that a blame follows, in an array that may be half empty; and an author, beside
// the name.
inline constexpr std::size_t kBlamePieceBytes = 64;
inline constexpr std::size_t kBlameAuthorBytes = 96;

// One page of a blame: its spans, and the bytes of their texts and names, of which one text alone
// may be as long as a document.
inline constexpr std::size_t kBlameSpansMax = 20'000;
inline constexpr std::size_t kBlameTextBytesMax = std::size_t{4} << 20;

// What comparing two texts may take, for the reason of kBlameBytesMax: the texts twice, and this
// for each line of both.
inline constexpr std::size_t kDiffBytesMax = std::size_t{128} << 20;
inline constexpr std::size_t kDiffBytesPerLine = 48;

// Changed lines whose words are compared, in both texts together: that many words would not be
// compared anyway, so they need not be listed.
inline constexpr std::size_t kDiffWordsBytesMax = std::size_t{1} << 20;

// Groups of versions: the pause, in minutes, that ends one, groups on a page, versions in a group,
// and the records that are read for a page.
inline constexpr std::uint64_t kPauseMinutesDefault = 10;
inline constexpr std::uint64_t kPauseMinutesMax = 7 * 24 * 60;
inline constexpr std::size_t kPageGroupsMax = 1'000;
inline constexpr std::uint64_t kGroupVersionsMax = 10'000;
inline constexpr std::size_t kGroupedRecordsMax = 100'000;

static_assert(16 * kBlameRecordsMax <= kBlameBytesMax);
static_assert(kGroupedRecordsMax > kGroupVersionsMax, "a page holds a whole group");
static_assert(kPauseMinutesDefault <= kPauseMinutesMax);

}  // namespace cowrite::history
