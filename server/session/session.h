// Session: the protocol state of one client's connection.
//
// Sans-I/O: messages and replies in, effects out; it does not know what carries them. Its host
// (session_host.h) carries out the effects. Belongs to one thread.
//
// What holds on every connection:
//   - Each request gets exactly one answer, or the connection closes.
//   - Of one document, everything below a record's version goes out before that record or its ack,
//     and everything above after it. The ack of a repeat names an older version and may come later.
//   - New operations are sent to everybody but their source, which gets the ack. This holds even if
//     another connection submitted the operation under its name (an old one of the client, which
//     the server still held open, or a forgery), since a client takes any new operation with its id
//     for its own ack. Only the answer to its own submission tells, and when later records come
//     before that, the client fetches. What a client fetches, or is sent because it missed it, is
//     complete.
//   - Only the client and its session know the connection's id. Whatever reaches others names the
//     source (storage/source.h), and what the client is sent of its own operations has its ids.
//   - What waits for a client, or for its answers, is bounded (limits.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/document/messages.h"
#include "server/presence/channel.h"
#include "server/protocol/decode.h"
#include "server/protocol/message.h"
#include "server/session/document_reads.h"
#include "server/session/followed_memory.h"
#include "server/session/outbox.h"
#include "server/session/own_sources.h"
#include "server/session/presence_pace.h"
#include "server/session/presences.h"
#include "server/session/queries.h"

namespace cowrite::session {

// Why a client gets nothing more of what it asks for.
enum class Congestion : std::uint8_t {
  kNone,
  kLongReply,  // It is being sent much already.
  kFull,       // It reads too slowly: it is not read, either, and presences wait.
};

class Session {
 public:
  using MessageRoomPtr = std::shared_ptr<transport::MessageRoom>;

  // `connection_id` is the connection's id unless the client brings its own: random, and never used
  // before. `history_id` names the server's histories to the client (x-history), if it is not
  // empty. `payer` pays for its requests. What it follows takes of `followed`.
  Session(document::SessionId id, std::string connection_id, std::string history_id = {},
          storage::Payer payer = {}, std::shared_ptr<FollowedMemory> followed = nullptr);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // ---- Events

  // The connection is open.
  void open();
  // A message from the client, and its room. REQUIRES: valid UTF-8.
  void receive(std::string_view text, MessageRoomPtr room = nullptr);
  // The same of one that was decoded elsewhere.
  void receive(protocol::Decoded decoded, MessageRoomPtr room);
  // Answers of documents and channels.
  void deliver(document::ReadReply reply);
  void deliver(const document::LeaveReply& reply);
  void deliver(const document::SnapshotReply& reply);
  void deliver(const document::QueryReply& reply);
  void deliver(const document::PresenceAcknowledged& reply);
  void deliver(const document::PresenceRefused& refused);
  void deliver(const presence::ChannelJoined& reply);
  void deliver(const presence::ChannelLeft& reply);
  // A commit that answers the client. Returns what that has cost, in messages that many share.
  std::size_t answer(const document::CommitNotice& notice);
  // A commit of a document that it follows; `all` are its records as they go to followers. Returns
  // the same. REQUIRES: it does not answer the client.
  std::size_t follow(const document::CommitNotice& notice, const transport::SharedOutbound& all);
  // A presence on a channel that it listens to, or its own; `encoded` is its message.
  void deliver(const document::PresenceNotice& notice, const transport::SharedOutbound& encoded);
  // The presences on a channel are asked for.
  void deliver(const presence::ChannelCall& call);
  // A StartPresencePeriod is over.
  void presence_period_over();
  // As DocumentReads has it.
  void give_back_texts() { reads_.give_back_texts(); }
  // The client reads too slowly / has caught up.
  // REQUIRES: congestion is not kNone.
  void congested(Congestion congestion);
  void drained();
  // The connection is gone: retracts its presences. Its subscriptions end elsewhere.
  void closed();

  // True while a submission of the client waits for its outcome.
  [[nodiscard]] bool owes_answers() const { return unanswered_ > 0; }

  // The documents that it has asked for something and has no answer of.
  [[nodiscard]] std::vector<storage::DocumentKey> asked() const { return reads_.asked(); }

  // How many presences the client has announced and not taken back.
  [[nodiscard]] std::size_t presences() const { return own_presences_.size(); }

  // What is due after an event, to be carried out in order.
  [[nodiscard]] std::vector<SessionEffect> take_effects() { return outbox_.take(); }

 private:
  void handle(protocol::Handshake message);
  void handle(const protocol::Ping& message);
  void handle(protocol::Read message);
  void handle(const protocol::ReadMany& message);
  void handle(protocol::Unsubscribe message);
  void handle(const protocol::UnsubscribeMany& message);
  void handle(protocol::Submit message);
  void handle(protocol::FetchSnapshot message);
  void handle(protocol::FetchSnapshotByTime message);
  void handle(protocol::JoinChannel message);
  void handle(protocol::LeaveChannel message);
  void handle(protocol::Presence message);
  void handle(const protocol::RequestPresence& message);
  void handle(protocol::Query message);
  void handle(const protocol::EndQuery& message);
  void handle(protocol::SetName message);

  std::size_t send_answers(const document::CommitNotice& notice, Subscription* subscription);
  [[nodiscard]] std::string encode_for_client(const document::CommitNotice& notice,
                                              std::size_t index) const;
  [[nodiscard]] bool concerns(const protocol::Presence& presence);
  enum class Ack : std::uint8_t { kDue, kNotDue };
  void announce(protocol::Presence presence, Ack ack);
  void acknowledge(const protocol::Presence& presence);
  void retract(std::vector<protocol::Presence> ended);
  void answered(const storage::DocumentKey& key, std::size_t bytes);
  void update_read_pause();
  void charge_waiting();
  void refuse_channel(const protocol::JoinChannel& message, std::string sentence);

  document::SessionId id_;
  document::Asker asker_ = document::Asker::session();
  storage::Payer payer_;
  OwnSources own_sources_;
  std::string history_id_;
  std::string author_;
  bool returned_ = false;  // It brought the id of a former connection.

  const std::shared_ptr<FollowedMemory::Account> followed_;
  std::size_t waiting_bytes_ = 0;  // Of them: reads that wait.
  Outbox outbox_;
  DocumentReads reads_;
  Queries queries_;
  OwnPresences own_presences_;
  PresencePace pace_;
  WaitingPresences waiting_presences_;
  std::set<std::string> channels_;  // That it listens to or has asked to.
  Congestion congestion_ = Congestion::kNone;

  MessageRoomPtr message_room_;  // Of the message in hand.
  std::size_t unanswered_ = 0;   // Submissions.
  std::size_t unanswered_bytes_ = 0;
  bool paused_ = false;
};

}  // namespace cowrite::session
