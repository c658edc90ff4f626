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
#include "server/loop/roster.h"
#include "server/presence/channel.h"
#include "server/session/session_host.h"
#include "storage/operation_log.h"
#include "tools/sim/link.h"
#include "tools/sim/random.h"
#include "tools/sim/timeline.h"

namespace cowrite::sim {

class Node : public std::enable_shared_from_this<Node> {
 public:
  struct Surroundings {
    Timeline& timeline;
    Random& random;
    storage::OperationLog& log;
    std::function<std::int64_t()> now_ms;
    std::function<void()> halt;  // The log is in an unknown state.
  };

  // REQUIRES: loops > 0; owned by a shared_ptr before anything is called.
  Node(Surroundings around, std::size_t loops) : around_(std::move(around)), loops_(loops) {}

  void accept(const std::shared_ptr<Link>& link);
  // Lets every session finish and close.
  void drain();
  // Drops the documents that nobody needs.
  void evict_idle();

  [[nodiscard]] std::size_t sessions() const;
  // Nobody is served: what is left over, in words; empty if it is nothing.
  [[nodiscard]] std::string leftovers() const;

 private:
  using LoopIndex = server::LoopIndex;
  using SessionId = server::SessionId;
  using DocumentKey = storage::DocumentKey;

  struct Loop {
    Microseconds last = 0;  // When the newest of what was posted runs.
    std::uint64_t next_session = 1;
    std::map<std::uint64_t, std::shared_ptr<server::SessionHost>> sessions;
    server::Roster<DocumentKey> followers;
    server::Roster<std::string> listeners;
    std::map<DocumentKey, std::shared_ptr<server::DocumentHost>> documents;
    std::map<std::string, server::Channel> channels;
  };

  // Runs `work` on a loop, later.
  void post(LoopIndex loop, std::function<void()> work);
  [[nodiscard]] LoopIndex home_of(const std::string& channel) const;
  [[nodiscard]] LoopIndex home_of(const DocumentKey& key) const;
  [[nodiscard]] server::SessionPorts session_ports();
  [[nodiscard]] server::HostPorts host_ports(LoopIndex home);
  [[nodiscard]] server::ChannelPorts channel_ports();
  [[nodiscard]] std::shared_ptr<server::SessionHost> session(SessionId id) const;
  void forget(SessionId id);

  void handle(LoopIndex home, server::ToDocument request);
  void handle(LoopIndex home, const server::ToChannel& request);
  void leave_document(const DocumentKey& key, LoopIndex loop);
  void leave_channel(const std::string& channel, LoopIndex loop);

  void deliver(SessionId id, server::ReadReply reply);
  void deliver(SessionId id, const server::LeaveReply& reply);
  void deliver(SessionId id, const server::SnapshotReply& reply);
  void deliver(SessionId id, const server::PresenceRefused& refused);
  void deliver(SessionId id, const server::ChannelJoined& reply);
  void deliver(SessionId id, const server::ChannelLeft& reply);
  void announce(LoopIndex index, const server::SharedCommit& notice);
  void announce(LoopIndex index, const server::SharedPresence& notice);
  void announce(LoopIndex index, const server::ChannelCall& call);

  const Surroundings around_;
  std::vector<Loop> loops_;
  bool draining_ = false;
};

}  // namespace cowrite::sim
