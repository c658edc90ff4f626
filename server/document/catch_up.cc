#include "server/document/catch_up.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "server/document/limits.h"
#include "server/document/recent_records.h"
#include "server/protocol/error_codes.h"
#include "storage/errors.h"

namespace cowrite::document {
namespace {

using storage::DocumentKey;
using storage::History;
using storage::Record;

// The records from <= version < to, as many as are read at a time, but at least one.
Result<std::vector<Record>> read_chunk(const DocumentKey& key, std::uint64_t from, std::uint64_t to,
                                       const History& history) {
  Result<std::vector<Record>> records = history.records(key, from, to, kHistoryChunkBytes);
  if (records && records->empty()) {
    return Error{protocol::kErrLogUnavailable, "the log has no record " + std::to_string(from)};
  }
  return records;
}

// The newest record of its source, which stands under its id in histories that were written before.
Result<std::optional<storage::SourceEntry>> find_source(const DocumentKey& key,
                                                        const Submission& submission,
                                                        const History& history) {
  Result<std::optional<storage::SourceEntry>> named = history.source(key, submission.source);
  if (!named || *named || !submission.source_id) return named;
  return history.source(key, *submission.source_id);
}

// Learns its source's last submission, and takes its record if that is this very submission.
Result<void> look_up(const DocumentKey& key, CatchUpMember& member, const History& history) {
  const Result<std::optional<storage::SourceEntry>> last =
      find_source(key, member.pending.submission(), history);
  if (!last) return last.error();
  if (*last && (*last)->sequence == member.pending.sequence() &&
      (*last)->version >= member.pending.progress().at()) {
    Result<std::vector<Record>> own =
        read_chunk(key, (*last)->version, (*last)->version + 1, history);
    if (!own) return own.error();
    member.pending.set_own_record(std::make_shared<const Record>(std::move(own->front())));
  }
  member.last = *last;
  member.looked_up = true;
  return {};
}

// Takes a member over a chunk. Its own record can be in it only if its source went on after it.
void pass(CatchUpMember& member, RecentRecords& chunk) {
  PendingSubmission& pending = member.pending;
  const bool may_be_here =
      !pending.own_record() && member.last && member.last->sequence > pending.sequence();
  if (may_be_here) pending.set_own_record(pending.find_own_record(chunk));
  const Result<void> passed = pending.progress().pass(chunk, std::min(member.goal(), chunk.end()));
  if (!passed) member.error = passed.error();
}

// Takes over a chunk who stands in it, until it has cost `work_max`. Returns what it cost.
std::uint64_t pass(CatchUp& members, RecentRecords& chunk, std::uint64_t work_max) {
  const std::uint64_t read = chunk.size() * kReadRecordWork;
  for (CatchUpMember& member : members) {
    const std::uint64_t at = member.pending.progress().at();
    if (member.done() || at < chunk.begin() || at >= chunk.end()) continue;
    pass(member, chunk);
    if (read + chunk.work() >= work_max) break;
  }
  return read + chunk.work();
}

}  // namespace

std::uint64_t CatchUpMember::goal() const {
  const RecordPtr& own = pending.own_record();
  return own ? std::min(own->version, to) : to;
}

bool CatchUpMember::done() const {
  return error || (looked_up && pending.progress().at() >= goal());
}

Result<void> catch_up(const DocumentKey& key, CatchUp& members, const History& history) {
  for (CatchUpMember& member : members) {
    if (member.looked_up || member.error) continue;
    Result<void> looked_up = look_up(key, member, history);
    if (looked_up) continue;
    if (looked_up.error().code == storage::kErrBusy) return looked_up;
    member.error = looked_up.error();
  }
  std::uint64_t work = 0;
  while (work < kCatchUpWork) {
    const auto first = std::ranges::find_if(members, [](const auto& any) { return !any.done(); });
    if (first == members.end()) break;
    const std::uint64_t from = first->pending.progress().at();
    Result<std::vector<Record>> records = read_chunk(key, from, first->goal(), history);
    if (!records) {
      if (records.error().code == storage::kErrBusy) return records.error();
      first->error = records.error();
      continue;
    }
    RecentRecords chunk(from);
    for (RecordPtr& record : share(*std::move(records))) chunk.push(std::move(record));
    work += pass(members, chunk, kCatchUpWork - work);
  }
  return {};
}

}  // namespace cowrite::document
