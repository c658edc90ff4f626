#include "server/metrics/collector.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/metrics/page.h"
#include "server/metrics/process.h"

namespace cowrite::metrics {
namespace {

using counting::Counter;
using counting::Histogram;
using counting::HistogramCounts;

// The same of each loop, added.
template <typename Counts>
class Sum {
 public:
  Sum(const std::vector<LoopSources>& loops, const Counts* LoopSources::*room)
      : loops_(loops), room_(room) {}

  [[nodiscard]] std::uint64_t operator()(Counter Counts::*counter) const {
    return of([counter](const Counts& counts) { return (counts.*counter).value(); });
  }
  [[nodiscard]] std::uint64_t of(const std::function<std::uint64_t(const Counts&)>& value) const {
    std::uint64_t sum = 0;  // Modulo 2^64: some counters of a sum may be below 0.
    for (const LoopSources& loop : loops_) sum += value(*(loop.*room_));
    return sum;
  }
  [[nodiscard]] HistogramCounts operator()(Histogram Counts::*histogram) const {
    HistogramCounts sum;
    for (const LoopSources& loop : loops_) sum += ((loop.*room_)->*histogram).read();
    return sum;
  }

 private:
  const std::vector<LoopSources>& loops_;
  const Counts* LoopSources::*room_;
};

template <typename T>
void add_known(Page& page, const Family& family, const std::optional<T>& value) {
  if (value) page.add(family, *value);
}

void add_process(const Sources& sources, Page& page) {
  const ProcessUse use = measure_process();
  page.add(kBuildInfo, 1.0, {{"version", std::string(sources.version)}});
  page.add(kProcessorSeconds, use.processor_seconds);
  add_known(page, kResidentBytes, use.resident_bytes);
  add_known(page, kStartTime, use.start_time_seconds);
  add_known(page, kOpenFiles, use.open_files);
  add_known(page, kOpenFilesMax, use.open_files_max);
}

void add_connections(const Sources& sources, Page& page) {
  using transport::Counts;
  const Sum<Counts> sum(sources.loops, &LoopSources::transport);
  const Sum<switchboard::Counts> of_sessions(sources.loops, &LoopSources::switchboard);
  page.add(kConnections, sum(&Counts::web_sockets));
  page.add(kConnectionsOpened, sum(&Counts::web_sockets_opened));
  const transport::ConnectionQuota::Refused refused = sources.quota->refused();
  page.add(kConnectionsRefused, refused.total, {{"limit", "total"}});
  page.add(kConnectionsRefused, refused.per_address, {{"limit", "address"}});
  page.add(kConnectionsEnded, sum(&Counts::closed_invalid), {{"reason", "invalid"}});
  page.add(kConnectionsEnded, sum(&Counts::closed_restart), {{"reason", "restart"}});
  page.add(kConnectionsEnded, sum(&Counts::closed_slow), {{"reason", "slow_sender"}});
  page.add(kConnectionsEnded, sum(&Counts::closed_overload), {{"reason", "overload"}});
  page.add(kConnectionsEnded, sum(&Counts::dropped_unresponsive), {{"reason", "unresponsive"}});
  page.add(kConnectionsEnded, sum(&Counts::dropped_for_room), {{"reason", "memory"}});
  page.add(kConnectionsEnded, of_sessions(&switchboard::Counts::slow_readers),
           {{"reason", "slow_reader"}});
  page.add(kReceivedBytes, sum(&Counts::bytes_received));
  page.add(kSentBytes, sum(&Counts::bytes_sent));
  page.add(kReceivedMessages, sum(&Counts::messages_received));
  page.add(kSentMessages, sum(&Counts::messages_sent));
  page.add(kOutputBytes, sum(&Counts::output_bytes));
  page.add(kOutputBytesMax, std::uint64_t{sources.output_bytes_max});
  page.add(kInputBytes, sum(&Counts::input_bytes));
  page.add(kInputBytesMax, std::uint64_t{sources.input_bytes_max});
  page.add(kSendQueueBytes, sum(&Counts::queued_bytes));
  for (std::size_t digit = 1; digit < Counts().responses.size(); ++digit) {
    page.add(kResponses,
             sum.of([digit](const Counts& counts) { return counts.responses.at(digit).value(); }),
             {{"status", std::to_string(digit) + "xx"}});
  }
}

void add_refusals(const Sources& sources, Page& page) {
  sources.refusals->for_each([&page](std::string_view code, std::uint64_t count) {
    page.add(kRefusals, count, {{"code", std::string(code)}});
  });
  page.add(kClientsAhead, sources.client_ahead_requests());
}

void add_documents(const Sources& sources, Page& page) {
  using switchboard::Counts;
  const Sum<Counts> sum(sources.loops, &LoopSources::switchboard);
  page.add(kDocuments, sum(&Counts::documents));
  page.add(kDocumentBytes, sources.document_bytes());
  page.add(kDocumentBytesMax, std::uint64_t{sources.document_bytes_max});
  const auto of_texts = [&sum](counting::Counter protocol::EscapedTextCounts::*counter) {
    return sum.of([counter](const Counts& counts) { return (counts.texts.*counter).value(); });
  };
  page.add(kEscapedBytes, of_texts(&protocol::EscapedTextCounts::bytes));
  page.add(kTextPieces, of_texts(&protocol::EscapedTextCounts::made), {{"piece", "made"}});
  page.add(kTextPieces, of_texts(&protocol::EscapedTextCounts::made_apart), {{"piece", "apart"}});
  page.add(kTextPieces, of_texts(&protocol::EscapedTextCounts::found), {{"piece", "found"}});
  page.add(kDocumentsOpened, sum(&Counts::documents_opened));
  page.add(kDocumentsEvicted, sum(&Counts::evicted_idle), {{"reason", "idle"}});
  page.add(kDocumentsEvicted, sum(&Counts::evicted_for_room), {{"reason", "memory"}});
  page.add(kSubscriptions, sum(&Counts::subscriptions));
  page.add(kOperations, sum(&Counts::committed), {{"outcome", "committed"}});
  page.add(kOperations, sum(&Counts::repeated), {{"outcome", "repeated"}});
  page.add(kOperations, sum(&Counts::refused), {{"outcome", "refused"}});
  page.add(kRebaseDepth, sum(&Counts::rebase_depth));
  page.add(kAckSeconds, sum(&Counts::ack_seconds));
  page.add(kFollowedBytes, sources.followed_bytes());
  page.add(kFollowedBytesMax, std::uint64_t{sources.followed_bytes_max});
  page.add(kChannels, sum(&Counts::channels));
  page.add(kPresences, sum(&Counts::presences));
  page.add(kNoticesWaiting, sum(&Counts::notices_waiting));
}

// Loop by loop: one that is busy is not hidden by the others that are not.
void add_loops(const Sources& sources, Page& page) {
  const auto name = [](std::size_t loop) { return Labels{{"loop", std::to_string(loop)}}; };
  for (std::size_t i = 0; i < sources.loops.size(); ++i) {
    page.add(kTurnSeconds, sources.loops[i].turns->read(), name(i));
  }
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < sources.loops.size(); ++i) {
    const std::chrono::duration<double> longest = sources.loops[i].turns->longest(now);
    page.add(kTurnLongest, longest.count(), name(i));
  }
}

void add_log(const storage::Log& log, Page& page) {
  const storage::LogStatistics counted = log.statistics();
  page.add(kAppends, counted.committed, {{"outcome", "committed"}});
  page.add(kAppends, counted.conflicts, {{"outcome", "conflict"}});
  page.add(kAppends, counted.refused, {{"outcome", "refused"}});
  page.add(kAppends, counted.unknown, {{"outcome", "unknown"}});
  page.add(kCommitSeconds, counted.commit_seconds);
  page.add(kBatchRecords, counted.batch_records);
  page.add(kRecordBytes, counted.record_bytes);
  page.add(kCommitQueueBytes, counted.queued_bytes);
  page.add(kReadsWaiting, counted.reads_waiting);
  page.add(kLogFailed, log.failure().has_value());
}

void add_store(const storage::Log& log, Page& page) {
  const storage::StoreStatistics store = log.store().statistics();
  page.add(kSyncSeconds, store.log_sync_seconds);
  page.add(kWrittenBytes, store.log_bytes_written, {{"file", "log"}});
  page.add(kWrittenBytes, store.other_bytes_written, {{"file", "other"}});
  page.add(kLogBytes, store.log_bytes);
  page.add(kTableBytes, store.file_bytes);
  page.add(kMemtableBytes, store.unflushed_bytes);
  page.add(kCacheBytes, store.cache_bytes);
  page.add(kCacheBytesMax, store.memory_bytes_max);
  page.add(kCompactionDebt, store.compaction_bytes);
  page.add(kStalled, store.writes_are_delayed, {{"state", "delayed"}});
  page.add(kStalled, store.writes_are_stopped, {{"state", "stopped"}});
  page.add(kStalls, store.delays, {{"state", "delayed"}});
  page.add(kStalls, store.stops, {{"state", "stopped"}});
}

void add_disk(const storage::Log& log, Page& page) {
  const storage::LogHealth health = log.health();
  add_known(page, kDiskFree, health.disk_free_bytes);
  page.add(kDiskReserve, health.disk_reserve_bytes);
  page.add(kWaitsForDisk, health.waits_for_disk);
}

}  // namespace

std::vector<prometheus::MetricFamily> Collector::Collect() const {
  Page page;
  add_process(sources_, page);
  add_connections(sources_, page);
  add_refusals(sources_, page);
  add_documents(sources_, page);
  add_loops(sources_, page);
  add_log(*sources_.log, page);
  add_store(*sources_.log, page);
  add_disk(*sources_.log, page);
  return page.take();
}

}  // namespace cowrite::metrics
