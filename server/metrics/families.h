// The families of metrics that /metrics shows: their names, kinds and help texts. README.md beside
// this has the same as a table; a test compares them.
//
// Names follow Prometheus' conventions: the prefix cowrite_, seconds and bytes as units, _total at
// the end of counters. Those of the process are named as every exporter names them. No label's
// value is chosen by clients: no name of a document, id or address is ever one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cowrite::metrics {

enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };

struct Family {
  std::string_view name;
  Kind kind = Kind::kGauge;
  std::string_view help;
};

// ---- The process

inline constexpr Family kBuildInfo{"cowrite_build_info", Kind::kGauge,
                                   "Always 1; the label says which version runs."};
inline constexpr Family kProcessorSeconds{"process_cpu_seconds_total", Kind::kCounter,
                                          "Processor time of all threads."};
inline constexpr Family kResidentBytes{"process_resident_memory_bytes", Kind::kGauge,
                                       "Memory that the process holds."};
inline constexpr Family kStartTime{"process_start_time_seconds", Kind::kGauge,
                                   "When the process was started, in Unix time."};
inline constexpr Family kOpenFiles{"process_open_fds", Kind::kGauge, "Open file descriptors."};
inline constexpr Family kOpenFilesMax{"process_max_fds", Kind::kGauge,
                                      "How many file descriptors may be open."};

// ---- Connections

inline constexpr Family kConnections{"cowrite_connections", Kind::kGauge, "Open WebSockets."};
inline constexpr Family kConnectionsOpened{"cowrite_connections_opened_total", Kind::kCounter,
                                           "WebSockets that were opened."};
inline constexpr Family kConnectionsRefused{
    "cowrite_connections_refused_total", Kind::kCounter,
    "Connections that were closed at once because there are too many: in total, or from one "
    "address."};
inline constexpr Family kConnectionsEnded{
    "cowrite_connections_ended_total", Kind::kCounter,
    "WebSockets that the server ended: for what came over them (invalid) or did not come whole in "
    "time (slow_sender), to be opened anew (restart), because it had too much to do (overload), "
    "because their client did not answer or took nothing (unresponsive), because the memory it "
    "takes was wanted for others (memory), or because it fell behind (slow_reader). Those that "
    "break the framing are not counted."};
inline constexpr Family kReceivedBytes{"cowrite_received_bytes_total", Kind::kCounter,
                                       "Bytes that came over connections of all kinds."};
inline constexpr Family kSentBytes{"cowrite_sent_bytes_total", Kind::kCounter,
                                   "Bytes that left over connections of all kinds."};
inline constexpr Family kReceivedMessages{"cowrite_received_messages_total", Kind::kCounter,
                                          "Messages that came over WebSockets."};
inline constexpr Family kSentMessages{"cowrite_sent_messages_total", Kind::kCounter,
                                      "Messages that were queued for WebSockets."};
inline constexpr Family kOutputBytes{
    "cowrite_output_memory_bytes", Kind::kGauge,
    "What is held for clients until they take it; what many are sent counts once."};
inline constexpr Family kOutputBytesMax{
    "cowrite_output_memory_max_bytes", Kind::kGauge,
    "What may be: beyond it, connections are dropped, those first that take nothing."};
inline constexpr Family kInputBytes{
    "cowrite_input_memory_bytes", Kind::kGauge,
    "Room that messages and bodies hold until they are whole, and their operations answered."};
inline constexpr Family kInputBytesMax{"cowrite_input_memory_max_bytes", Kind::kGauge,
                                       "What there is of it: beyond it, clients are not read."};
inline constexpr Family kSendQueueBytes{"cowrite_send_queue_bytes", Kind::kGauge,
                                        "Bytes that wait for clients to read."};
inline constexpr Family kResponses{
    "cowrite_http_responses_total", Kind::kCounter,
    "HTTP responses by the first digit of their status; of WebSocket handshakes those that were "
    "refused. Answers to what is no HTTP are not counted."};
inline constexpr Family kRefusals{
    "cowrite_refusals_total", Kind::kCounter,
    "Errors that clients were answered, over WebSockets and HTTP, by their code."};
inline constexpr Family kClientsAhead{"cowrite_client_ahead_requests_total", Kind::kCounter,
                                      "Requests that named versions which the log does not have."};

// ---- Documents

inline constexpr Family kDocuments{"cowrite_documents", Kind::kGauge, "Documents in memory."};
inline constexpr Family kDocumentBytes{"cowrite_document_memory_bytes", Kind::kGauge,
                                       "About what the documents in memory take."};
inline constexpr Family kDocumentBytesMax{
    "cowrite_document_memory_max_bytes", Kind::kGauge,
    "What they may take, and texts on their way to clients: a quarter of --memory."};
inline constexpr Family kEscapedBytes{
    "cowrite_escaped_text_bytes", Kind::kGauge,
    "What is kept of long texts as clients are sent them, a sixty-fourth of --memory at most."};
inline constexpr Family kTextPieces{
    "cowrite_text_pieces_total", Kind::kCounter,
    "Pieces of long texts: made for a client when it was sent them, made apart from the loops "
    "before, or found when a client was sent them, which may be several times."};
inline constexpr Family kDocumentsOpened{"cowrite_documents_opened_total", Kind::kCounter,
                                         "Documents that were loaded into memory."};
inline constexpr Family kDocumentsEvicted{
    "cowrite_documents_evicted_total", Kind::kCounter,
    "Documents that left memory: nobody had needed them for a while (idle), or their room was "
    "wanted (memory)."};
inline constexpr Family kSubscriptions{"cowrite_subscriptions", Kind::kGauge,
                                       "Subscriptions of connections to documents."};
inline constexpr Family kOperations{
    "cowrite_operations_total", Kind::kCounter,
    "Operations that were answered: committed, repeated (committed already, as when an ack was "
    "lost), or refused."};
inline constexpr Family kRebaseDepth{"cowrite_rebase_depth_records", Kind::kHistogram,
                                     "How many records each committed operation was rebased over."};
inline constexpr Family kAckSeconds{"cowrite_ack_seconds", Kind::kHistogram,
                                    "Time from the arrival of an operation to its ack."};
inline constexpr Family kFollowedBytes{
    "cowrite_followed_memory_bytes", Kind::kGauge,
    "About what subscriptions, channels, presences and waiting reads take."};
inline constexpr Family kFollowedBytesMax{
    "cowrite_followed_memory_max_bytes", Kind::kGauge,
    "What they may take, three thirty-seconds of --memory: beyond it, subscriptions are refused."};
inline constexpr Family kChannels{"cowrite_presence_channels", Kind::kGauge,
                                  "Presence channels that somebody listens to."};
inline constexpr Family kPresences{"cowrite_presences", Kind::kGauge,
                                   "Presences, such as cursors, that clients show to others."};

inline constexpr Family kNoticesWaiting{
    "cowrite_notices_waiting", Kind::kGauge,
    "Commits, presences and replies of documents and channels with many listeners that not all "
    "whom they concern have been told of."};

// ---- Loops

inline constexpr Family kTurnSeconds{
    "cowrite_loop_turn_cpu_seconds", Kind::kHistogram,
    "Processor time of the turns of a loop, during each of which all else on it waits. Turns of "
    "less than a millisecond are not told apart. The sum is all that the loop's thread used."};

inline constexpr Family kTurnLongest{
    "cowrite_loop_turn_longest_cpu_seconds", Kind::kGauge,
    "Processor time of the longest turn in the last minute; 0 if none took a millisecond."};

// ---- The log

inline constexpr Family kAppends{
    "cowrite_log_appends_total", Kind::kCounter,
    "Appends of records to the log by their outcome: committed, conflict, refused (they are "
    "tried again), unknown (the disk failed)."};
inline constexpr Family kCommitSeconds{"cowrite_log_commit_seconds", Kind::kHistogram,
                                       "Time from queueing an append until it was synced to disk."};
inline constexpr Family kSyncSeconds{"cowrite_log_sync_seconds", Kind::kHistogram,
                                     "Time of each sync of the write-ahead log (fdatasync)."};
inline constexpr Family kBatchRecords{"cowrite_log_batch_records", Kind::kHistogram,
                                      "How many records each synced batch had."};
inline constexpr Family kRecordBytes{
    "cowrite_log_record_bytes_total", Kind::kCounter,
    "Bytes of the records that were committed, with their keys and the heads of their documents."};
inline constexpr Family kCommitQueueBytes{"cowrite_log_queue_bytes", Kind::kGauge,
                                          "About how many bytes of records wait to be committed."};
inline constexpr Family kReadsWaiting{"cowrite_log_reads_waiting", Kind::kGauge,
                                      "Reads of the log that no thread has begun."};

// ---- The disk

inline constexpr Family kWrittenBytes{
    "cowrite_store_written_bytes_total", Kind::kCounter,
    "Bytes that were written to files: to the write-ahead log (log), and by flushing and "
    "compacting (other)."};
inline constexpr Family kLogBytes{"cowrite_store_log_bytes", Kind::kGauge,
                                  "Size of the write-ahead log on disk."};
inline constexpr Family kTableBytes{"cowrite_store_table_bytes", Kind::kGauge,
                                    "Size of RocksDB's tables on disk."};
inline constexpr Family kMemtableBytes{
    "cowrite_store_memtable_bytes", Kind::kGauge,
    "Memory of what was committed and is in the write-ahead log only."};
inline constexpr Family kCacheBytes{"cowrite_store_cache_bytes", Kind::kGauge,
                                    "Memory of RocksDB, the memtables included."};
inline constexpr Family kCacheBytesMax{"cowrite_store_cache_max_bytes", Kind::kGauge,
                                       "What it may take: half of --memory."};
inline constexpr Family kCompactionDebt{"cowrite_store_compaction_debt_bytes", Kind::kGauge,
                                        "About how many bytes are due to be compacted."};
inline constexpr Family kStalled{
    "cowrite_store_stalled", Kind::kGauge,
    "1 while compaction does not keep up and RocksDB makes writes slow (delayed) or stops them "
    "(stopped)."};
inline constexpr Family kStalls{"cowrite_store_stalls_total", Kind::kCounter,
                                "How often RocksDB began to make writes slow, or stopped them."};
inline constexpr Family kDiskFree{"cowrite_disk_free_bytes", Kind::kGauge,
                                  "What is free on the disk; absent for documents in memory."};
inline constexpr Family kDiskReserve{"cowrite_disk_reserve_bytes", Kind::kGauge,
                                     "With less free, edits wait."};
inline constexpr Family kWaitsForDisk{"cowrite_log_waits_for_disk", Kind::kGauge,
                                      "1 while edits wait because the disk is nearly full."};
inline constexpr Family kLogFailed{"cowrite_log_failed", Kind::kGauge,
                                   "1 once the disk has failed; the process is about to end."};

}  // namespace cowrite::metrics
