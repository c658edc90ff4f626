// Groups of versions, as people think of a history: what one author did without a pause.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "storage/history.h"

namespace cowrite::history {

// Consecutive records of one author, each made at most a pause after the one before;
// kGroupVersionsMax of them at most.
struct VersionGroup {
  std::uint64_t first = 0;  // The version that the first of them made,
  std::uint64_t last = 0;   // and the last.
  std::int64_t began_ms = 0;
  std::int64_t ended_ms = 0;
  std::string author;
  std::uint64_t inserted = 0;  // Code points, those of a new document included.
  std::uint64_t erased = 0;    // Code points; a document that is deleted does not count.
  bool created = false;        // The document was created in the group,
  bool deleted = false;        // or deleted.

  friend bool operator==(const VersionGroup&, const VersionGroup&) = default;
};

struct GroupPage {
  std::vector<VersionGroup> groups;
  std::optional<std::uint64_t> next;  // If the range goes on: the first version of the next group.
};

struct GroupRequest {
  VersionRange range;
  std::uint64_t pause_minutes = 0;
  std::size_t count = 0;  // Groups on a page, at most; fewer if they have many records.
};

// The groups of a range, from its first version on: a range that begins within a group cuts it.
// Fails as read_records() does. REQUIRES: count > 0.
[[nodiscard]] Result<GroupPage> read_version_groups(const storage::History& history,
                                                    const storage::DocumentKey& key,
                                                    const GroupRequest& request);

}  // namespace cowrite::history
