// Session: the protocol state of one client's connection.
//
// Sans-I/O: messages and replies in, effects out; it does not know what carries them. Its host
// (session_host.h) carries out the effects. Belongs to one thread.
//
// What holds on every connection:
//   - Each request gets exactly one answer, or the connection closes.
//   - Of one document, everything below a record's version goes out before that record or its ack,
//   and everything above after it.
//   - Operations of a source go to everybody but that source; there the ack does their job. Not
//   even one that another connection brought (an old one of the client, which the server still held
//   open) is sent there: a client takes what bears its name for its ack, and it may be somebody
//   else's forgery. Only the answer to its own submission tells, and when later records come before
//   that, the client fetches.
//   - What waits for a client, or for its answers, is bounded (server/limits.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/document/exchange.h"
#include "server/presence/channel.h"
#include "server/protocol/message.h"
#include "server/session/document_reads.h"
#include "server/session/outbox.h"
#include "server/session/presences.h"

namespace cowrite::server {

class Session {
 public:
  // `source` is the connection's id unless the client brings its own: random, and never used
  // before. `history_id` names the server's histories to the client (x-history), if it is not
  // empty.
  Session(SessionId id, std::string source, std::string history_id = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // ---- Events

  // The connection is open.
  void open();
  // A message from the client. REQUIRES: valid UTF-8.
  void receive(std::string_view text);
  // Answers of documents and channels.
  void deliver(ReadReply reply);
  void deliver(const LeaveReply& reply);
  void deliver(const SnapshotReply& reply);
  void deliver(const PresenceRefused& refused);
  void deliver(const ChannelJoined& reply);
  void deliver(const ChannelLeft& reply);
  // A commit of a document that it follows, or that answers it; `all` are its records as they go to
  // followers.
  void deliver(const CommitNotice& notice, const SharedOutbound& all);
  // A presence on a channel that it listens to, or its own; `encoded` is its message.
  void deliver(const PresenceNotice& notice, const SharedOutbound& encoded);
  // Somebody wants to know who is on a channel.
  void deliver(const ChannelCall& call);
  // The client reads too slowly / has caught up.
  void congested();
  void drained();
  // The connection is gone: takes back its presences. What it follows is its host's to leave.
  void closed();

  // True while a submission of the client waits for its outcome.
  [[nodiscard]] bool owes_answers() const { return unanswered_ > 0; }

  // What is due after an event, to be carried out in order.
  [[nodiscard]] std::vector<SessionEffect> take_effects() { return outbox_.take(); }

 private:
  void handle(Handshake message);
  void handle(const Ping& message);
  void handle(Read message);
  void handle(const ReadMany& message);
  void handle(Unsubscribe message);
  void handle(UnsubscribeMany message);
  void handle(Submit message);
  void handle(FetchSnapshot message);
  void handle(FetchSnapshotByTime message);
  void handle(JoinChannel message);
  void handle(LeaveChannel message);
  void handle(Presence message);
  void handle(const RequestPresence& message);
  void handle(const Query& message);
  void handle(SetName message);

  void send_answers(const CommitNotice& notice, Subscription* subscription);
  void announce(Presence presence, SessionId acknowledged);
  void retract(std::vector<Presence> ended);
  void answered(const DocumentKey& key, std::size_t bytes);
  void consider_reading();

  SessionId id_;
  std::string source_;
  std::string history_id_;
  std::string author_;
  bool returned_ = false;  // It brought the id of a former connection.

  Outbox outbox_;
  DocumentReads reads_;
  OwnPresences own_presences_;
  WaitingPresences waiting_presences_;
  std::set<std::string> channels_;  // That it listens to or has asked to.
  bool congested_ = false;

  std::size_t message_bytes_ = 0;  // Of the message in hand.
  std::size_t unanswered_ = 0;     // Submissions.
  std::size_t unanswered_bytes_ = 0;
  bool paused_ = false;
};

}  // namespace cowrite::server
