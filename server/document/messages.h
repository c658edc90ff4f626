// What sessions and documents say to each other. A session lives on the loop that accepted it and a
// document on the loop of its hash, so all of it is values that can be posted from thread to
// thread.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "server/protocol/message.h"
#include "storage/payer.h"
#include "storage/record.h"
#include "storage/version_selector.h"

namespace cowrite::document {

using LoopIndex = std::uint32_t;

// Of a clock that only goes forward, to measure by.
using Moment = std::chrono::steady_clock::time_point;

// Names a session in the process; never reused. Number 0 names none.
struct SessionId {
  LoopIndex loop = 0;
  std::uint64_t number = 0;

  friend auto operator<=>(const SessionId&, const SessionId&) = default;
};

// Who asks for something that may wait for long, also on other threads: whether it is still there.
// A session is until it ends; the operator, who has none, always is.
class Asker {
 public:
  Asker() = default;  // The operator.
  [[nodiscard]] static Asker session() {
    Asker asker;
    asker.gone_ = std::make_shared<std::atomic<bool>>(false);
    return asker;
  }

  // REQUIRES: it is a session.
  void leave() { gone_->store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_gone() const { return gone_ && gone_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> gone_;
};

// A committed record, shared by the document and all sessions that send it.
using RecordPtr = std::shared_ptr<const storage::Record>;
[[nodiscard]] std::vector<RecordPtr> share(std::vector<storage::Record> records);

// ---- From a session to a document

// An operation as received, and the session that sent it.
struct Submission {
  SessionId session;
  std::string source;  // Under which it is logged and recognised.
  std::string author;
  protocol::Submit request;
  // Both come back with the answer.
  std::size_t bytes = 0;  // As memory_bytes() has it.
  Moment received = {};   // When it arrived.
  storage::Payer payer = {};
  std::shared_ptr<const void> room = {};  // That it takes of the memory for what comes.
  // The id that the source stands for (storage/source.h), under which histories written before hold
  // what it submitted. Null if there is none.
  std::shared_ptr<const std::string> source_id = nullptr;
  Asker asker = {};
};

// About what a submission takes while it waits, beside itself: its names and its change, which may
// be several times its message, since components are short in JSON.
[[nodiscard]] std::size_t memory_bytes(const Submission& submission);

// Asks for the snapshot, or for the records from request.version on. A session that subscribes is
// told of the records that follow, too.
struct ReadRequest {
  SessionId session;
  std::uint64_t ticket = 0;  // The session's own number for the answer.
  protocol::Read request;
  storage::Payer payer = {};
  Asker asker = {};
};

// Stops following a document.
struct LeaveRequest {
  SessionId session;
  std::uint64_t ticket = 0;
  storage::DocumentKey key;
  storage::Payer payer = {};
  Asker asker = {};
};

// Asks for a snapshot of the past.
struct SnapshotRequest {
  SessionId session;
  std::uint64_t ticket = 0;
  storage::DocumentKey key;
  storage::VersionSelector selector;
  storage::Payer payer = {};
  Asker asker = {};
};

// Announces a presence that is about a document, to be moved over the records that its sender had
// not seen.
// REQUIRES: presence.key and presence.version.
struct DocumentPresence {
  SessionId session;
  std::string source;
  protocol::Presence presence;
  bool acknowledged = false;  // Or its sender waits for nothing.
  storage::Payer payer = {};
};

// A presence on its way to its channel; its sender takes it for the ack, unless it has that.
struct PresenceNotice {
  SessionId sender;
  std::string source;
  protocol::Presence presence;
  std::string encoded;
  bool acknowledged = false;
};
using SharedPresence = std::shared_ptr<const PresenceNotice>;

// Asks for documents of a collection.
struct QueryRequest {
  SessionId session;
  protocol::Query query;
  storage::Payer payer = {};
  Asker asker = {};
};

using ToDocument =
    std::variant<Submission, ReadRequest, LeaveRequest, SnapshotRequest, DocumentPresence>;

[[nodiscard]] const storage::DocumentKey& key_of(const ToDocument& request);
// Who pays if the document has to be opened for it.
[[nodiscard]] storage::Payer payer_of(const ToDocument& request);
// Nobody waits for an answer any longer. A presence needs none: its end follows.
[[nodiscard]] bool is_unwanted(const ToDocument& request);

// ---- From a document to one session

// Answers a ReadRequest. With records and !complete it is a part: the session asks again from
// `next` when its socket has drained.
using ReadContent = std::variant<storage::Snapshot, std::vector<RecordPtr>>;
// What a text that is on its way to a client takes of the memory for documents, as long as it is
// held. Null for one that is sent at once, however its letters are written.
using TextRoom = std::shared_ptr<const void>;
struct ReadReply {
  std::uint64_t ticket = 0;
  storage::DocumentKey key;
  Result<ReadContent> content;
  bool complete = true;
  bool joined = false;     // From here on the session's loop gets the document's notices, the first
                           // being version `next`.
  std::uint64_t next = 0;  // The version after what is in `content`.
  TextRoom room = {};
};
struct LeaveReply {
  std::uint64_t ticket = 0;
  storage::DocumentKey key;
};
struct SnapshotReply {
  std::uint64_t ticket = 0;
  Result<storage::Snapshot> snapshot;
  TextRoom room = {};
};
struct QueryReply {
  protocol::Query query;
  Result<protocol::QueryPage> page;
  TextRoom room = {};
};
// The presence goes no further, or not now; to its sender that makes no difference.
struct PresenceAcknowledged {
  SharedPresence presence;
};
struct PresenceRefused {
  protocol::Presence presence;
  Error error;
};

// ---- From a document to whole loops

// A submission is durable as record `version`.
struct Ack {
  std::string source;
  std::uint64_t sequence = 0;
  std::uint64_t version = 0;
  // An author who does not follow the document may have missed the records from here up to its own,
  // all of which are in the notice; absent if there are none, or too many.
  std::optional<std::uint64_t> missed_from = std::nullopt;
  // How many records it was rebased over; absent if it was in the log before.
  std::optional<std::uint64_t> depth = std::nullopt;
};

// A submission will never be in the log.
struct Refusal {
  protocol::Submit request;  // Without its change.
  Error error;
  std::uint64_t version = 0;  // The records below it were there already.
};

// The log cannot be read now, so nobody knows if a submission is in it. A refusal would make a
// ShareDB client throw away what may be committed; instead its connection closes, and the client
// comes back and sends it again.
struct Unsettled {};

struct Answer {
  SessionId session;
  std::size_t bytes = 0;  // Of the submission.
  Moment received = {};   // When that arrived.
  std::variant<Ack, Refusal, Unsettled> outcome;
};

// What an error means for a submission: Unsettled if it may pass, which is so where the disk failed
// and not where it holds damaged bytes; else a Refusal.
[[nodiscard]] Answer answer_with_error(const Submission& submission, Error error,
                                       std::uint64_t version);

// The outcome of one batch: its records in order, and every answer that waited for it, in order of
// arrival. Shared by all loops.
struct CommitNotice {
  storage::DocumentKey key;
  std::vector<RecordPtr> records;
  // Those before them that authors have missed; shared, since each of many authors may have missed
  // thousands.
  std::vector<RecordPtr> earlier;
  std::vector<std::string_view> sources;  // Of the records, sorted.
  // Each record as an op message; none if at most one session follows the document.
  std::vector<std::string> encoded;
  std::vector<Answer> answers;

  // One of either. REQUIRES: it is there.
  [[nodiscard]] const storage::Record& at(std::uint64_t version) const;
  // The record of this index as an op message.
  [[nodiscard]] std::string encoded_at(std::size_t index) const;
  // All of them.
  [[nodiscard]] std::vector<std::string> all_encoded() const;
};
using SharedCommit = std::shared_ptr<const CommitNotice>;

}  // namespace cowrite::document
