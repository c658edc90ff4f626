#include "server/history/record_writer.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/history/import_check.h"
#include "storage/archive_schedule.h"
#include "storage/errors.h"
#include "storage/random_id.h"

namespace cowrite::history {
namespace {

using storage::DocumentKey;
using storage::Record;

// Of each of the records' sources its newest record in the log.
std::map<std::string, Result<std::optional<storage::SourceEntry>>> last_submissions(
    const storage::History& history, const DocumentKey& key, const std::vector<Record>& records) {
  std::set<std::string> distinct;
  for (const Record& record : records) distinct.insert(record.source);
  const std::vector<std::string> names(distinct.begin(), distinct.end());
  storage::SourceEntries entries = history.sources(key, names, records.front().version);
  std::map<std::string, Result<std::optional<storage::SourceEntry>>> last;
  for (std::size_t i = 0; i < names.size(); ++i) last.emplace(names[i], std::move(entries[i]));
  return last;
}

// The document after the records, which must be a continuation of its history.
Result<storage::Snapshot> check_records(const storage::History& history, const DocumentKey& key,
                                        const std::vector<Record>& records) {
  Result<storage::Snapshot> newest = history.snapshot(key, std::nullopt);
  if (!newest || records.empty()) return newest;
  if (records.front().version != newest->version) {
    return Error{storage::kErrConflict, storage::describe(key) + ": it is at version " +
                                            std::to_string(newest->version) + ", not at " +
                                            std::to_string(records.front().version)};
  }
  std::map<std::string, Result<std::optional<storage::SourceEntry>>> last =
      last_submissions(history, key, records);
  ImportCheck check(*newest, [&last](const std::string& source) { return last.at(source); });
  for (const Record& record : records) {
    if (const Result<void> valid = check.add(record); !valid) {
      return Error{valid.error().code, storage::describe(key) + ": the record of version " +
                                           std::to_string(check.newest().version + 1) + ": " +
                                           valid.error().message};
    }
  }
  return check.newest();
}

Result<void> append_and_wait(storage::Log& log, storage::Append append,
                             const storage::KeepWaiting& keep_waiting) {
  const std::string name = storage::describe(append.key);
  const auto outcome = storage::await<storage::AppendOutcome>(
      [&](auto done) { log.append(std::move(append), std::move(done)); }, keep_waiting);
  if (!outcome) {
    return Error{storage::kErrBusy, name + ": it is not known if the change was written"};
  }
  switch (*outcome) {
    case storage::AppendOutcome::kCommitted:
      return {};
    case storage::AppendOutcome::kConflict:
      return Error{storage::kErrConflict, name + ": somebody wrote it meanwhile"};
    case storage::AppendOutcome::kRefused:
    case storage::AppendOutcome::kUnknown:
      break;
  }
  return log.failure().value_or(Error{storage::kErrBusy, name + ": the log takes nothing now"});
}

// Asks for what is due after the records, with which the document became `after`.
void archive(storage::Log& log, const DocumentKey& key, const std::vector<Record>& records,
             const storage::Snapshot& after) {
  const Result<std::uint64_t> checkpoint = log.history().checkpoint(key);
  if (!checkpoint) return;  // The records are there all the same.
  storage::ArchiveSchedule schedule(records.front().version,
                                    std::min(*checkpoint, records.front().version));
  for (const Record& record : records) schedule.follow(record);
  switch (schedule.take_due(after.text.bytes())) {
    case storage::ArchiveSchedule::Due::kNothing:
      break;
    case storage::ArchiveSchedule::Due::kPacking:
      log.pack(key, after.version);
      break;
    case storage::ArchiveSchedule::Due::kCheckpoint:
      log.save_checkpoint(key, after);
  }
}

}  // namespace

Result<void> check_disk(const storage::Log& log) {
  if (!log.health().waits_for_disk) return {};
  return Error{storage::kErrDiskFull, "less of the disk is free than the reserve"};
}

Result<std::uint64_t> append_records(storage::Log& log, const DocumentKey& key,
                                     std::vector<Record> records,
                                     const storage::KeepWaiting& keep_waiting) {
  if (const Result<void> room = check_disk(log); !room) return room.error();
  const Result<storage::Snapshot> after = check_records(log.history(), key, records);
  if (!after) return after.error();
  if (records.empty()) return after->version;
  const auto appended_records = std::make_shared<const std::vector<Record>>(std::move(records));
  const Result<void> appended =
      append_and_wait(log,
                      {key, appended_records->front().version, appended_records, after->exists,
                       after->text.bytes()},
                      keep_waiting);
  if (!appended) return appended.error();
  archive(log, key, *appended_records, *after);
  return after->version;
}

Result<std::uint64_t> LogSink::submit(DocumentChange change) {
  const Result<std::optional<storage::DocumentInfo>> info = log_.history().info(change.key);
  if (!info) return info.error();
  const std::int64_t newest_ms = *info ? (*info)->changed_ms : now_ms_;
  return append_records(log_, change.key,
                        {{.version = change.base,
                          .source = storage::random_hex(32),
                          .sequence = 1,
                          .author = std::move(change.author),
                          .time_ms = std::max(now_ms_, newest_ms),
                          .change = std::move(change.change)}},
                        keep_waiting_);
}

}  // namespace cowrite::history
