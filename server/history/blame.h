// Blame: who wrote each part of a document's text, and when; on request also the text that was
// removed, and who removed it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/history/errors.h"
#include "server/history/limits.h"
#include "server/history/room.h"
#include "storage/history.h"
#include "storage/version_selector.h"

namespace cowrite::history {

enum class RemovedText { kLeftOut, kShown };

struct BlameRequest {
  storage::VersionSelector at;
  RemovedText removed = RemovedText::kLeftOut;
  std::uint64_t pause_minutes = kPauseMinutesDefault;
  std::uint64_t from = 0;  // The first span of the page: `next` of the page before.
};

// Who made a change, by the version that it made.
struct Origin {
  std::uint64_t version = 0;
  std::int64_t time_ms = 0;
  std::string author;

  friend bool operator==(const Origin&, const Origin&) = default;
};

// Neighbouring text that one author wrote without a pause, up to the end of the line at most.
struct BlameSpan {
  std::string text;
  std::uint64_t code_points = 0;
  Origin written;                 // The newest of the records that wrote it,
  std::uint64_t since = 0;        // and the version that the oldest of them made.
  std::optional<Origin> removed;  // The newest of the records that removed it, if it is gone.

  friend bool operator==(const BlameSpan&, const BlameSpan&) = default;
};

// The spans in order make up the text; removed ones stand where they stood.
struct BlamePage {
  std::uint64_t version = 0;
  std::int64_t time_ms = 0;
  std::vector<BlameSpan> spans;
  std::optional<std::uint64_t> next;  // If there are more: the number of the next.
};

// At most kBlameSpansMax spans and about kBlameTextBytesMax bytes, but always at least one. Fails
// as read_text() does, and with kErrHistoryTooLong and kErrNoRoom. If removed text is shown, a
// document that does not exist is no failure.
[[nodiscard]] Result<BlamePage> read_blame(const storage::History& history,
                                           const storage::DocumentKey& key,
                                           const BlameRequest& request, Room& room);

}  // namespace cowrite::history
