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

// A blame follows so many records, whose authors and times it holds in 16 bytes each, and so many
// spans of text, in 32 bytes each: together below 128 MiB.
inline constexpr std::uint64_t kBlameRecordsMax = 4'000'000;
inline constexpr std::size_t kBlamePiecesMax = 2'000'000;

// A blame that shows removed text holds all text that was ever written.
inline constexpr std::size_t kBlameWrittenBytesMax = std::size_t{64} << 20;

// One page of a blame: its spans, and their text, of which one alone may be as long as a document.
inline constexpr std::size_t kBlameSpansMax = 20'000;
inline constexpr std::size_t kBlameTextBytesMax = std::size_t{4} << 20;

// Lines of a text that is compared, each of which takes some 30 bytes meanwhile.
inline constexpr std::size_t kDiffLinesMax = 1'000'000;

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

static_assert(16 * kBlameRecordsMax + 32 * kBlamePiecesMax <= std::size_t{128} << 20);
static_assert(kGroupedRecordsMax > kGroupVersionsMax, "a page holds a whole group");
static_assert(kPauseMinutesDefault <= kPauseMinutesMax);

}  // namespace cowrite::history
