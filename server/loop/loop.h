// Loop: one thread with its io_context, the sessions that it accepted, and the documents and
// channels whose hash is its own.
//
//     session's loop                                document's loop
//
//     client -> SessionHost  -- ToDocument ------>  DocumentHost -> log
//     client <- SessionHost  <- reply, announce --  DocumentHost <- log
//
// Crossing means posting a value, also within one loop, so that there is one order. A session
// enters its loop's roster of a document at the moment the reply to its subscription passes; so it
// gets exactly the records that follow. Every method but post() runs on the loop's thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/document/document_host.h"
#include "server/limits.h"
#include "server/presence/channel.h"
#include "server/session/session_host.h"
#include "server/switchboard/limits.h"
#include "server/switchboard/subscriber_table.h"
#include "server/transport/web_socket_server.h"
#include "storage/operation_log.h"

namespace cowrite::loop {

class Loop;

// All loops of the server, and who lives where. Filled before the first of them runs, then
// constant.
struct Loops {
  std::vector<std::unique_ptr<Loop>> all;

  [[nodiscard]] Loop& at(document::LoopIndex index) const { return *all[index]; }
  [[nodiscard]] Loop& home_of(const std::string& channel) const;
  // A document lives with its channel.
  [[nodiscard]] Loop& home_of(const storage::DocumentKey& key) const;
};

class Loop {
 public:
  // What a loop needs of the server around it.
  struct Dependencies {
    const Loops& loops;
    storage::OperationLog& log;
    std::function<void()> halt;  // From any thread: the log is in an unknown state.
    // From any thread: a client has a document at version `seen`, the log only at `held`.
    std::function<void(const storage::DocumentKey&, std::uint64_t seen, std::uint64_t held)> ahead;
    std::string history_id;  // Of the log, for clients.
    // Of all open documents; where it is exceeded, the idle ones that were used longest ago leave.
    std::size_t documents_bytes = server::kMemoryBytes / 2;
    std::chrono::milliseconds idle_document =
        switchboard::kIdleDocument;  // How often to look for idle ones.
  };

  Loop(document::LoopIndex index, Dependencies surroundings);
  ~Loop();

  // The front through which this loop's clients come. Before start().
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  // Runs `work` on the loop, later. From any thread.
  void post(std::function<void()> work);

  void start();
  // Ends the thread; what was posted and has not run never will. From another thread.
  void stop();

  // ---- Sessions

  [[nodiscard]] std::shared_ptr<transport::ConnectionEvents> accept(
      std::shared_ptr<transport::Connection> connection);
  // Lets every session finish and close; calls `done` when the last is gone, at the latest after
  // kDrain.
  void drain(std::function<void()> done);

  // ---- On behalf of the operator, who has no session

  // Submits to the document, wherever it lives; `done` is told the outcome, on this loop.
  void submit(document::Submission submission, std::function<void(const document::Answer&)> done);
  // The log holds another history of a document that lives here than it did: who follows it is
  // disconnected and comes back.
  void reload_document(const storage::DocumentKey& key);

  // ---- To the documents and channels that live here

  void handle(document::ToDocument request);
  void handle(const presence::ToChannel& request);
  void leave_document(const storage::DocumentKey& key, document::LoopIndex loop);
  void leave_channel(const std::string& name, document::LoopIndex loop);

  // ---- To the sessions that live here

  void deliver(document::SessionId id, document::ReadReply reply);
  void deliver(document::SessionId id, const document::LeaveReply& reply);
  void deliver(document::SessionId id, const document::SnapshotReply& reply);
  void deliver(document::SessionId id, const document::PresenceRefused& refused);
  void deliver(document::SessionId id, const presence::ChannelJoined& reply);
  void deliver(document::SessionId id, const presence::ChannelLeft& reply);
  void announce(const document::SharedCommit& notice);
  void announce(const document::SharedPresence& notice);
  void announce(const presence::ChannelCall& call);
  void close_followers(const storage::DocumentKey& key);

 private:
  using SessionNumber = std::uint64_t;

  [[nodiscard]] document::HostPorts host_ports(const storage::DocumentKey& key);
  [[nodiscard]] presence::ChannelPorts channel_ports();
  [[nodiscard]] session::SessionPorts session_ports();
  [[nodiscard]] document::DocumentHost& document(const storage::DocumentKey& key);
  [[nodiscard]] std::shared_ptr<session::SessionHost> session(SessionNumber number) const;
  void run_after(std::chrono::milliseconds delay, std::function<void()> work);
  void forget(document::SessionId session);
  void finish_drain();

  struct Resident {
    std::shared_ptr<document::DocumentHost> host;
    std::list<storage::DocumentKey>::iterator use;  // In by_use_.
    std::size_t bytes = 0;                          // That it holds in memory.
    bool was_idle = false;                          // When it was looked at last.
  };
  using Residents = std::unordered_map<storage::DocumentKey, Resident>;
  Residents::iterator evict(Residents::iterator resident);
  void evict_idle();
  void holds(const storage::DocumentKey& key, std::size_t bytes);
  void schedule_eviction();
  void make_room();

  const document::LoopIndex index_;
  const Dependencies around_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer eviction_;
  std::thread thread_;

  SessionNumber next_session_ = 1;
  std::unordered_map<SessionNumber, std::shared_ptr<session::SessionHost>> sessions_;
  std::unordered_map<SessionNumber, std::function<void(const document::Answer&)>>
      errands_;  // Of submit().
  switchboard::SubscriberTable<storage::DocumentKey> followers_;
  switchboard::SubscriberTable<std::string> listeners_;
  std::function<void()> drained_;  // While draining.

  Residents documents_;
  std::list<storage::DocumentKey> by_use_;  // All of them, those used longest ago first.
  std::size_t documents_bytes_ = 0;
  bool makes_room_ = false;  // Has been posted.
  std::unordered_map<std::string, presence::Channel> channels_;
};

}  // namespace cowrite::loop
