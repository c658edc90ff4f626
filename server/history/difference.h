// Difference: what changed between two texts, in hunks of lines as diff(1) and patch(1) know them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/errors.h"
#include "server/history/limits.h"
#include "server/history/queries.h"
#include "server/history/room.h"
#include "storage/document_key.h"
#include "storage/history.h"
#include "storage/version_selector.h"

namespace cowrite::history {

// The version on one side. A document that did not exist has none, and counts as an empty text.
struct DiffSide {
  std::uint64_t version = 0;
  std::int64_t time_ms = 0;

  friend bool operator==(const DiffSide&, const DiffSide&) = default;
};

enum class LineOrigin { kBoth, kRemoved, kAdded };

struct DiffLine {
  LineOrigin origin = LineOrigin::kBoth;
  // In one of the texts, with its line break, which the last line of a text may not have.
  std::string_view text;

  friend bool operator==(const DiffLine&, const DiffLine&) = default;
};

// Changed lines with up to three equal ones around them.
struct DiffHunk {
  // The first line in each text, from 1, and the count of lines; where there are none, the line
  // before.
  std::size_t before_line = 0;
  std::size_t before_count = 0;
  std::size_t after_line = 0;
  std::size_t after_count = 0;
  std::vector<DiffLine> lines;

  friend bool operator==(const DiffHunk&, const DiffHunk&) = default;
};

struct Difference {
  storage::DocumentKey key;
  std::optional<DiffSide> before;
  std::optional<DiffSide> after;
  // The texts, which the hunks refer to.
  std::shared_ptr<const std::string> before_text;
  std::shared_ptr<const std::string> after_text;
  std::vector<DiffHunk> hunks;  // None if the texts are equal.
};

// What comparing two texts takes, with so many bytes and lines in both.
[[nodiscard]] constexpr std::size_t diff_memory_bytes(std::size_t bytes, std::size_t lines) {
  return 2 * bytes + lines * kDiffBytesPerLine;
}

// Only "\n" ends a line; a "\r" before it belongs to the line. The hunks refer to the texts. Fails
// with kErrTextTooLong.
[[nodiscard]] Result<std::vector<DiffHunk>> diff_texts(std::string_view before,
                                                       std::string_view after);

// From two results of read_text(). kErrDocumentAbsent and kErrDocumentErased are no
// failures: the document did not exist.
// Fails as they did, and as diff_texts() does.
[[nodiscard]] Result<Difference> make_difference(const storage::DocumentKey& key,
                                                 Result<VersionText> before,
                                                 Result<VersionText> after);
// The same of two versions. Fails with kErrNoRoom, too.
[[nodiscard]] Result<Difference> read_difference(const storage::History& history,
                                                 const storage::DocumentKey& key,
                                                 const storage::VersionSelector& before,
                                                 const storage::VersionSelector& after, Room& room);

// The two lines before the hunks. patch(1) and git apply read the names and leave out the rest.
[[nodiscard]] std::string diff_header(const Difference& difference);
// A line of a unified diff: " same", "-old", "+new", with its own line break if it has one.
[[nodiscard]] std::string marked_line(const DiffLine& line);
// "@@ -1,3 +1,4 @@", without a line break.
[[nodiscard]] std::string hunk_header(const DiffHunk& hunk);
// The unified diff, empty if the texts are equal. The bytes of the texts are left as they are.
[[nodiscard]] std::string unified_diff(const Difference& difference);

}  // namespace cowrite::history
