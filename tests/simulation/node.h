// Node: one life of a server process, put together of the real sessions, documents and channels.
//
// It is what server/loop is with Asio and threads: a few loops, each running what is posted to it
// in order, here by the Timeline and one after the other. Destroying it is a crash: nothing of it
// runs any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/document/document_host.h"
#include "server/presence/channel.h"
#include "server/session/session_host.h"
#include "server/switchboard/subscriber_table.h"
#include "storage/operation_log.h"
#include "tests/simulation/link.h"
#include "tests/simulation/random.h"
#include "tests/simulation/timeline.h"

namespace cowrite::simulation {

class Node : public std::enable_shared_from_this<Node> {
 public:
  struct Dependencies {
    Timeline& timeline;
    Random& random;
    storage::OperationLog& log;
    std::function<std::int64_t()> now_ms;
    std::function<void()> halt;  // The log is in an unknown state.
  };

  // REQUIRES: loops > 0; owned by a shared_ptr before anything is called.
  Node(Dependencies around, std::size_t loops) : around_(std::move(around)), loops_(loops) {}

  void accept(const std::shared_ptr<Link>& link);
  // Lets every session finish and close.
  void drain();
  // Drops the documents that nobody needs.
  void evict_idle();

  [[nodiscard]] std::size_t sessions() const;
  // Nobody is served: what is left over, in words; empty if it is nothing.
  [[nodiscard]] std::string leftovers() const;

 private:
  using LoopIndex = document::LoopIndex;
  using SessionId = document::SessionId;
  using DocumentKey = storage::DocumentKey;

  struct Loop {
    Microseconds last = 0;  // When the newest of what was posted runs.
    std::uint64_t next_session = 1;
    std::map<std::uint64_t, std::shared_ptr<session::SessionHost>> sessions;
    switchboard::SubscriberTable<DocumentKey> followers;
    switchboard::SubscriberTable<std::string> listeners;
    std::map<DocumentKey, std::shared_ptr<document::DocumentHost>> documents;
    std::map<std::string, presence::Channel> channels;
  };

  // Runs `work` on a loop, later.
  void post(LoopIndex loop, std::function<void()> work);
  [[nodiscard]] LoopIndex home_of(const std::string& channel) const;
  [[nodiscard]] LoopIndex home_of(const DocumentKey& key) const;
  [[nodiscard]] session::SessionPorts session_ports();
  [[nodiscard]] document::HostPorts host_ports(LoopIndex home);
  [[nodiscard]] presence::ChannelPorts channel_ports();
  [[nodiscard]] std::shared_ptr<session::SessionHost> session(SessionId id) const;
  void forget(SessionId id);

  void handle(LoopIndex home, document::ToDocument request);
  void handle(LoopIndex home, const presence::ToChannel& request);
  void leave_document(const DocumentKey& key, LoopIndex loop);
  void leave_channel(const std::string& channel, LoopIndex loop);

  void deliver(SessionId id, document::ReadReply reply);
  void deliver(SessionId id, const document::LeaveReply& reply);
  void deliver(SessionId id, const document::SnapshotReply& reply);
  void deliver(SessionId id, const document::PresenceRefused& refused);
  void deliver(SessionId id, const presence::ChannelJoined& reply);
  void deliver(SessionId id, const presence::ChannelLeft& reply);
  void announce(LoopIndex index, const document::SharedCommit& notice);
  void announce(LoopIndex index, const document::SharedPresence& notice);
  void announce(LoopIndex index, const presence::ChannelCall& call);

  const Dependencies around_;
  std::vector<Loop> loops_;
  bool draining_ = false;
};

}  // namespace cowrite::simulation
