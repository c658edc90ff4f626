#include "server/document/catch_up.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "server/document/limits.h"
#include "server/document/recent_records.h"
#include "server/protocol/error_codes.h"
#include "storage/errors.h"

namespace cowrite::document {
namespace {

using storage::DocumentKey;
using storage::History;
using storage::Record;
using storage::SourceEntry;

// The records from <= version < to, as many as are read at a time, but at least one.
Result<std::vector<Record>> read_chunk(const DocumentKey& key, std::uint64_t from, std::uint64_t to,
                                       const History& history) {
  Result<std::vector<Record>> records = history.records(key, from, to, kHistoryChunkBytes);
  if (records && records->empty()) {
    return Error{protocol::kErrLogUnavailable, "the log has no record " + std::to_string(from)};
  }
  return records;
}

bool is_to_be_looked_up(const CatchUpMember& member) { return !member.looked_up && !member.error; }

// The newest records of the members' sources. A source stands under its id in histories that were
// written before sources had names.
class SourceReading {
 public:
  SourceReading(const DocumentKey& key, const CatchUp& members, std::uint64_t known_from,
                const History& history) {
    std::vector<std::string> names;
    for (const CatchUpMember& member : members) {
      if (!is_to_be_looked_up(member) || !std::holds_alternative<OnlyInLog>(member.known)) continue;
      const Submission& submission = member.pending.submission();
      names.push_back(submission.source);
      if (submission.source_id) names.push_back(*submission.source_id);
    }
    if (!names.empty()) entries_ = history.sources(key, names, known_from);
  }

  // Of the member's source. REQUIRES: the members come in their order.
  [[nodiscard]] Result<std::optional<SourceEntry>> take(const CatchUpMember& member) {
    if (const auto* known = std::get_if<SourceEntry>(&member.known)) return std::optional(*known);
    if (std::holds_alternative<NeverSubmitted>(member.known)) return std::optional<SourceEntry>();
    Result<std::optional<SourceEntry>> named = std::move(entries_[next_++]);
    if (!member.pending.submission().source_id) return named;
    Result<std::optional<SourceEntry>> former = std::move(entries_[next_++]);
    return !named || *named ? named : former;
  }

 private:
  storage::SourceEntries entries_;
  std::size_t next_ = 0;
};

// Notes its source's last submission, and takes its record if that is this very submission.
Result<void> note(const DocumentKey& key, CatchUpMember& member,
                  const Result<std::optional<SourceEntry>>& last, const History& history) {
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

// Fails with kErrBusy only.
Result<void> look_up(const DocumentKey& key, CatchUp& members, std::uint64_t known_from,
                     const History& history) {
  SourceReading sources(key, members, known_from, history);
  for (CatchUpMember& member : members) {
    if (!is_to_be_looked_up(member)) continue;
    Result<void> noted = note(key, member, sources.take(member), history);
    if (noted) continue;
    if (noted.error().code == storage::kErrBusy) return noted;
    member.error = noted.error();
  }
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

Result<void> catch_up(const DocumentKey& key, CatchUp& members, std::uint64_t known_from,
                      const History& history) {
  Result<void> looked_up = look_up(key, members, known_from, history);
  if (!looked_up) return looked_up;
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
