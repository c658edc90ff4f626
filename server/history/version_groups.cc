#include "server/history/version_groups.h"

#include <variant>

#include "ot/base/utf8.h"
#include "server/history/limits.h"

namespace cowrite::history {
namespace {

using storage::Record;

constexpr std::int64_t kMinuteMs = 60'000;

bool belongs(const VersionGroup& group, const Record& record, std::int64_t pause_ms) {
  return record.author == group.author && record.time_ms - group.ended_ms <= pause_ms &&
         group.last - group.first + 1 < kGroupVersionsMax;
}

void take(VersionGroup& group, const Record& record) {
  group.last = record.version + 1;
  group.ended_ms = record.time_ms;
  if (const auto* create = std::get_if<storage::Create>(&record.change)) {
    group.created = true;
    group.inserted += ot::utf8::count_code_points(create->text);
  } else if (const auto* edit = std::get_if<storage::Edit>(&record.change)) {
    for (const ot::Component& component : edit->operation) {
      if (component.kind == ot::Kind::kInsert) group.inserted += component.length;
      if (component.kind == ot::Kind::kDelete) group.erased += component.length;
    }
  } else {
    group.deleted = true;
  }
}

// Begins a group with a record.
VersionGroup begin(const Record& record) {
  VersionGroup group;
  group.first = record.version + 1;
  group.began_ms = record.time_ms;
  group.author = record.author;
  take(group, record);
  return group;
}

}  // namespace

Result<GroupPage> read_version_groups(const storage::History& history,
                                      const storage::DocumentKey& key,
                                      const GroupRequest& request) {
  static_assert(kGroupedRecordsMax > kGroupVersionsMax, "a page holds a whole group");
  const std::int64_t pause_ms = static_cast<std::int64_t>(request.pause_minutes) * kMinuteMs;
  GroupPage page;
  VersionRange range = request.range;
  std::size_t taken = 0;
  while (range.first <= range.last) {
    const Result<RecordPage> records =
        read_records(history, key, range, kPageRecordsMax, kPageRecordsBytesMax);
    if (!records) return records.error();
    for (const Record& record : records->records) {
      if (!page.groups.empty() && belongs(page.groups.back(), record, pause_ms)) {
        take(page.groups.back(), record);
      } else if (page.groups.size() == request.count || taken >= kGroupedRecordsMax) {
        page.next = record.version + 1;
        return page;
      } else {
        page.groups.push_back(begin(record));
      }
      ++taken;
    }
    if (!records->next) break;
    range.first = *records->next;
  }
  return page;
}

}  // namespace cowrite::history
