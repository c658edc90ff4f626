// Document: one live document, and the only place that decides what becomes of a submission.
//
// Sans-I/O: no socket, thread, clock or log in it. Its host (document_host.h) feeds it events, then
// calls advance() and carries out the effects; tests do the same by hand. Belongs to one thread.
//
// The log decides: committed() is the fold of the committed records and nothing else. One append is
// in flight at a time; what arrives meanwhile waits as received. When the outcome is known the next
// batch forms, in order of arrival; judgement.h tells what becomes of each submission.
//
// Nothing of a batch is visible, not even a refusal, until its outcome is known. A conflict
// (somebody else's records came first: the operator's, or another node's) forms it anew from the
// submissions as they were over committed records only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "server/document/batch.h"
#include "server/document/catch_up.h"
#include "server/document/far_behind.h"
#include "server/document/judgement.h"
#include "server/document/limits.h"
#include "server/document/log_cache.h"
#include "server/document/messages.h"
#include "server/document/pending_submission.h"
#include "storage/archive_schedule.h"
#include "storage/operation_log.h"
#include "storage/record.h"

namespace cowrite::document {

// ---- Effects

// Append this batch and report with append_finished().
struct StartAppend {
  storage::Append append;
};
// Let the authors and followers know; `encoded` is left for the host to fill.
struct Announce {
  CommitNotice notice;
};
// Let these submissions catch up (catch_up.h) on a reader of the log, in this order among its
// reads, and report with history_read().
struct ReadHistory {
  FarBehind::Departure departure;
  std::uint64_t known_from = 0;   // As catch_up() wants it.
  std::uint64_t known_since = 0;  // As history_read() wants it.
};
// Somebody else's records were first: read the log from this version and report with
// records_committed().
struct ReadForeign {
  std::uint64_t from = 0;
};
// The log takes no writes now: call retry() after a while.
struct RetryLater {};
// More is due, but it would make this turn long: call advance() again, in another turn.
struct AdvanceAgain {};
// Store this snapshot; it is a shortcut for readers.
struct SaveCheckpoint {
  storage::Snapshot snapshot;
};
// Pack the records below this version, so that they take less room.
struct PackRecords {
  std::uint64_t version = 0;
};
// Nobody knows if the batch is durable: answer nobody, close everything, end the process.
struct Halt {};

using Effect = std::variant<StartAppend, Announce, ReadHistory, ReadForeign, RetryLater,
                            AdvanceAgain, SaveCheckpoint, PackRecords, Halt>;

// About what a text takes in memory: the leaves of its rope are not quite full.
[[nodiscard]] constexpr std::size_t memory_of_text(std::size_t bytes) {
  return kOpenDocumentBytes + bytes + bytes / 4;
}

// The same of one that is on its way to a client.
[[nodiscard]] constexpr std::size_t memory_of_sent_text(std::size_t bytes) {
  return kSentTextBytes + bytes + bytes / 4;
}

class Document {
 public:
  // `committed` is what the log holds, `recent` its newest records (may be empty), the last one
  // being committed.version - 1; `checkpoint` is the version of the newest checkpoint.
  Document(storage::DocumentKey key, storage::Snapshot committed,
           std::vector<storage::Record> recent, std::uint64_t checkpoint);

  // ---- Events

  void submit(Submission submission);
  // The outcome of the append in flight. REQUIRES: one is.
  void append_finished(storage::AppendOutcome outcome);
  // Answers a ReadHistory: its submissions are back. What failed for one of them is reported to its
  // client only.
  void history_read(FarBehind::Lane lane, CatchUp members, std::uint64_t known_since);
  // Answers a ReadForeign. REQUIRES: the records follow committed().
  void records_committed(std::vector<storage::Record> records);
  // Offers a refused batch again.
  void retry();
  // Forms no batch, not even of what is refused, until it may go on.
  void hold() { held_ = true; }
  void go_on() { held_ = false; }
  // Drops the submissions of those who are gone, but for those that the log has been given: nothing
  // was promised for them, and their clients send them again.
  void drop_gone();
  // Everybody has the records below `version`: announces those that follow. REQUIRES: they are
  // among the newest.
  void announce_since(std::uint64_t version);

  // Whether advance() may take long, so that another thread should do it.
  [[nodiscard]] bool takes_long() const;
  // Does what is due after events, and returns the effects, to be carried out in order. Records
  // that it makes are stamped now_ms.
  [[nodiscard]] std::vector<Effect> advance(std::int64_t now_ms);

  // ---- Reading

  [[nodiscard]] const storage::Snapshot& committed() const { return committed_; }
  // The newest records, as many as limits.h lets it keep.
  [[nodiscard]] const RecentRecords& recent() const { return log_.recent(); }
  // About what it takes in memory with its host, without what waits.
  [[nodiscard]] std::size_t memory_bytes() const;
  // Forgets most of its newest records; false if an append is under way, or there are few. What
  // waits and needs them gets them from the log.
  bool shed() { return state_ == State::kReady && log_.recent().shed(); }
  // True while anything is queued, in flight or being looked up.
  [[nodiscard]] bool busy() const;
  // Submissions that the log has not been given, but for those of a batch that it may refuse.
  [[nodiscard]] std::size_t waiting() const { return queue_.size() + far_behind_.size(); }
  // Whether only hold() keeps it from forming a batch.
  [[nodiscard]] bool is_held_up() const {
    return held_ && state_ == State::kReady && !queue_.empty();
  }

 private:
  [[nodiscard]] std::size_t composed_for(const PendingSubmission& pending) const;
  void form_batch(std::int64_t now_ms);
  void commit_batch();
  void take_back_batch();
  void follow(const RecordPtr& record);
  void read_history(FarBehind::Lane lane);
  void maybe_archive();

  enum class State : std::uint8_t { kReady, kAppending, kConflicted, kRefused, kHalted };

  storage::DocumentKey key_;
  storage::Snapshot committed_;
  LogCache log_;
  State state_ = State::kReady;
  bool held_ = false;

  std::vector<PendingSubmission> queue_;  // In order of arrival.
  FarBehind far_behind_;
  std::optional<Batch> batch_;  // Being formed, or in flight.

  storage::ArchiveSchedule archiving_;
  std::vector<Effect> effects_;
};

}  // namespace cowrite::document
