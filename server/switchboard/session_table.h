// SessionTable: the sessions of one loop, what each of them subscribes to, and how replies and
// notices reach them. Belongs to that loop.
//
// While many are being told of something (fan_out.h), all else that is about the same document, or
// on the same channel, waits for its turn: notices, and replies that begin or end a subscription.
// What concerns nobody but its session does not wait.
//
// What sessions ask of documents and channels takes turns by payer (loop/fair_turns.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/document/messages.h"
#include "server/loop/fair_turns.h"
#include "server/presence/channel.h"
#include "server/session/session_host.h"
#include "server/switchboard/counts.h"
#include "server/switchboard/fan_out.h"
#include "server/switchboard/gathering.h"
#include "server/switchboard/subscriber_table.h"
#include "server/switchboard/switchboard.h"

namespace cowrite::switchboard {

class SessionTable {
 public:
  // REQUIRES: all that is referred to outlives this.
  SessionTable(Switchboard& board, LoopIndex loop, const Options& options, Counts& counts,
               Gathering& gathering);

  [[nodiscard]] std::shared_ptr<transport::ConnectionEvents> accept(
      std::shared_ptr<transport::Connection> connection, storage::Payer payer);
  // As Switchboard::drain() and submit().
  void drain(std::function<void()> done);
  void submit(document::Submission submission, std::function<void(const document::Answer&)> done);

  // Memory for documents is scarce: what waits for it and holds some gives that back.
  void give_back_texts();

  [[nodiscard]] bool empty() const { return sessions_.empty(); }
  // Everybody has been told of everything.
  [[nodiscard]] bool all_told() const { return fan_out_.idle(); }

  // ---- To one session

  void deliver(SessionId id, document::ReadReply reply);
  void deliver(SessionId id, const document::LeaveReply& reply);
  void deliver(SessionId id, const presence::ChannelJoined& reply);
  void deliver(SessionId id, const presence::ChannelLeft& reply);
  // Any other reply needs no more than its session.
  template <typename Reply>
  void deliver(SessionId id, const Reply& reply) {
    if (const auto host = find(id.number)) host->deliver(reply);
  }

  // ---- To all sessions that are concerned

  void announce(const document::SharedCommit& notice);
  void announce(const document::SharedPresence& notice);
  void announce(const presence::ChannelCall& call);
  void close_subscribers(const storage::DocumentKey& key);

 private:
  using SessionNumber = std::uint64_t;

  [[nodiscard]] session::SessionPorts session_ports(storage::Payer payer);
  [[nodiscard]] std::shared_ptr<session::SessionHost> find(SessionNumber number) const;
  template <typename Pass>
  void ask(storage::Payer payer, Pass pass);
  void decode_apart(storage::Payer payer, std::string text,
                    std::function<void(protocol::Decoded)> done);
  // `done` runs on the loop, later.
  void run_apart(storage::Payer payer, std::function<void()> work, std::function<void()> done);
  void forget(SessionId session, storage::Payer payer, std::vector<storage::DocumentKey> asked);
  void drain_some(std::vector<SessionNumber> open);
  void finish_drain();

  // `work` when all before it in the lane is told. The lane is that of a document, or of a channel,
  // which is the document's if it is about one.
  template <typename Work>
  void in_turn(const storage::DocumentKey& key, Work work);
  template <typename Work>
  void in_turn(const std::string& channel, Work work);

  struct CommitTelling;
  void take(SessionId id, document::ReadReply reply);
  void take(SessionId id, const document::LeaveReply& reply);
  void take(SessionId id, const presence::ChannelJoined& reply);
  void take(SessionId id, const presence::ChannelLeft& reply);
  void tell(const document::SharedCommit& notice);
  void tell(const document::SharedPresence& notice);
  void tell(const presence::ChannelCall& call);
  [[nodiscard]] std::vector<SessionNumber> authors_of(const document::CommitNotice& notice);
  void measure_acks(const std::vector<document::Answer>& answers);

  Switchboard& board_;
  const LoopIndex loop_;
  const std::string history_id_;
  Counts& counts_;
  Gathering& gathering_;
  SessionNumber next_session_ = 1;
  std::unordered_map<SessionNumber, std::shared_ptr<session::SessionHost>> sessions_;
  // The callbacks of submit(), each under a session number of its own.
  std::unordered_map<SessionNumber, std::function<void(const document::Answer&)>>
      operator_submissions_;
  SubscriberTable<storage::DocumentKey> documents_;
  SubscriberTable<std::string> channels_;
  FanOut fan_out_;
  const std::shared_ptr<protocol::EscapedTexts> texts_;
  loop::FairTurns requests_;
  bool draining_ = false;
  std::function<void()> drained_;  // While sessions are left.
};

}  // namespace cowrite::switchboard
