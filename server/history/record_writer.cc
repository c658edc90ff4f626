#include "server/history/record_writer.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <string_view>
#include <utility>

#include "server/history/import_check.h"
#include "server/history/queries.h"
#include "storage/errors.h"
#include "storage/limits.h"

namespace cowrite::history {
namespace {

constexpr std::chrono::milliseconds kLookEvery{50};

Result<void> outcome_error(const storage::DocumentKey& key, const storage::Log& log,
                           storage::AppendOutcome outcome) {
  switch (outcome) {
    case storage::AppendOutcome::kCommitted:
      return {};
    case storage::AppendOutcome::kConflict:
      return Error{storage::kErrConflict, storage::describe(key) + ": somebody wrote it meanwhile"};
    case storage::AppendOutcome::kRefused:
    case storage::AppendOutcome::kUnknown:
      break;
  }
  return log.failure().value_or(
      Error{storage::kErrBusy, storage::describe(key) + ": the log takes nothing now"});
}

Result<void> append_and_wait(storage::Log& log, storage::Append append, const GoOn& go_on) {
  const storage::DocumentKey key = append.key;
  const auto outcome = std::make_shared<std::promise<storage::AppendOutcome>>();
  std::future<storage::AppendOutcome> known = outcome->get_future();
  log.append(std::move(append),
             [outcome](storage::AppendOutcome result) { outcome->set_value(result); });
  while (known.wait_for(kLookEvery) != std::future_status::ready) {
    if (!go_on()) {
      return Error{storage::kErrBusy,
                   storage::describe(key) + ": it is not known if the change was written"};
    }
  }
  return outcome_error(key, log, known.get());
}

}  // namespace

Result<std::uint64_t> append_records(storage::Log& log, const storage::DocumentKey& key,
                                     std::vector<storage::Record> records, const GoOn& go_on) {
  if (log.health().waits_for_disk) {
    return Error{storage::kErrDiskFull, "less of the disk is free than the reserve"};
  }
  const Result<storage::Snapshot> newest = log.history().snapshot(key, std::nullopt);
  if (!newest) return newest.error();
  if (records.empty()) return newest->version;
  if (records.front().version != newest->version) {
    return Error{storage::kErrConflict, storage::describe(key) + ": it is at version " +
                                            std::to_string(newest->version) + ", not at " +
                                            std::to_string(records.front().version)};
  }
  ImportCheck check(*newest,
                    [&](const std::string& source) { return log.history().source(key, source); });
  for (const storage::Record& record : records) {
    if (const Result<void> valid = check.add(record); !valid) {
      return Error{valid.error().code, storage::describe(key) + ": the record of version " +
                                           std::to_string(check.newest().version + 1) + ": " +
                                           valid.error().message};
    }
  }
  const storage::Snapshot& after = check.newest();
  const std::size_t count = records.size();
  const Result<void> appended =
      append_and_wait(log,
                      {key, newest->version,
                       std::make_shared<const std::vector<storage::Record>>(std::move(records)),
                       after.exists, after.text.bytes()},
                      go_on);
  if (!appended) return appended.error();
  if (count >= storage::kCheckpointRecords) log.save_checkpoint(key, after);
  return after.version;
}

Result<std::uint64_t> append_change(storage::Log& log, const storage::DocumentKey& key,
                                    std::uint64_t base, storage::Change change,
                                    const std::string& author, std::int64_t now_ms,
                                    const GoOn& go_on) {
  const Result<std::optional<storage::DocumentInfo>> info = log.history().info(key);
  if (!info) return info.error();
  const std::int64_t newest_ms = *info ? (*info)->changed_ms : now_ms;
  return append_records(log, key,
                        {{.version = base,
                          .source = random_source(),
                          .sequence = 1,
                          .author = author,
                          .time_ms = std::max(now_ms, newest_ms),
                          .change = std::move(change)}},
                        go_on);
}

std::string random_source() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device random;
  std::string source;
  while (source.size() < 32) source += kHex[random() % kHex.size()];
  return source;
}

}  // namespace cowrite::history
