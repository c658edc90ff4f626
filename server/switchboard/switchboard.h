// Switchboard: knows where sessions, documents and channels live, and routes messages to them.
//
//     session's loop                                  document's loop
//
//     client -> SessionHost -- ToDocument ---------> DocumentHost -> log
//     client <- SessionHost <- reply, notice ------- DocumentHost <- log
//
// A session lives on the loop that accepted it, a document with its presence channel on the loop of
// their hash. Crossing means posting a value, also within one loop, so that there is one order. A
// session enters its loop's table of a document's subscribers at the moment that the reply to its
// subscription passes; so it gets exactly the records that follow.
//
// Pure: it knows no thread, timer or clock. The same code runs on Asio's threads and in the
// simulation.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/document/document_host.h"
#include "server/document/document_memory.h"
#include "server/document/messages.h"
#include "server/presence/channel.h"
#include "server/session/followed_memory.h"
#include "server/switchboard/counts.h"
#include "server/switchboard/limits.h"
#include "server/transport/connection.h"
#include "storage/operation_log.h"

namespace cowrite::switchboard {

using document::LoopIndex;
using document::SessionId;

// How the switchboard reaches the loops, and what it needs of the server around it.
struct Ports {
  using Work = std::function<void()>;

  // Runs work on a loop, later, in the order in which it was posted. From any thread.
  std::function<void(LoopIndex, Work)> post;
  std::function<void(LoopIndex, std::chrono::milliseconds, Work)> post_after;
  // Runs work that may take long, where it holds up no loop, when it is the payer's turn. From any
  // thread.
  std::function<void(storage::Payer, Work)> run_apart = [](auto, const Work& work) { work(); };
  // Unix time.
  std::function<std::int64_t()> now_ms;
  // A name that nobody can guess and that never was before.
  std::function<std::string()> new_id;
  // The log is in an unknown state: the process must end. From any thread.
  std::function<void()> halt;
  // For measuring times.
  std::function<document::Moment()> now = [] { return document::Moment(); };
  // A client was sent an error, with this code. From any thread.
  std::function<void(std::string_view code)> on_refused = [](auto) {};
  // A client has a document at version `seen`, and the log has it at `held` only. From any thread.
  std::function<void(const storage::DocumentKey&, std::uint64_t seen, std::uint64_t held)>
      on_client_ahead = [](const auto&, auto, auto) {};
  // Memory for documents is scarce, and none of the loop's can leave now: clients that do not take
  // the texts that they asked for are to be dropped. On that loop.
  std::function<void(LoopIndex)> on_memory_scarce = [](auto) {};
  // Whether there is room for what the loop's clients are sent. On that loop.
  std::function<bool(LoopIndex)> has_output_room = [](auto) { return true; };
  // A document's newest record is dated later than the clock, by more than kClockDifferenceMax.
  // From any thread.
  std::function<void(const storage::DocumentKey&, std::int64_t time_ms)> on_time_ahead =
      [](const auto&, auto) {};
};

// What a loop does of each before others have their turns (limits.h).
struct AtOnce {
  std::size_t told = kToldAtOnce;
  std::size_t asked = kAskedAtOnce;
  std::size_t worked_ns = kWorkedAtOnceNs;
};

struct Options {
  std::size_t loops = 1;
  std::string history_id;  // Of the log, for clients.
  // What open documents may take, and texts on their way to clients (document_memory.h).
  std::size_t documents_bytes = 0;
  // What sessions may follow and wait for (followed_memory.h).
  std::size_t followed_bytes = std::numeric_limits<std::size_t>::max();
  // What the loops may keep of long texts as clients are sent them (escaped_texts.h).
  std::size_t escaped_bytes = 0;
  AtOnce at_once = {};
};

class Switchboard {
 public:
  // REQUIRES: loops > 0; the log, and what the ports reach, outlive this, and nothing that was
  // posted runs afterwards.
  Switchboard(const Options& options, storage::OperationLog& log, Ports ports);
  ~Switchboard();

  // ---- Clients. Each runs on the loop that is named.

  // Returns the session, to be told of the connection's events. `payer` pays for its requests.
  [[nodiscard]] std::shared_ptr<transport::ConnectionEvents> accept(
      LoopIndex loop, std::shared_ptr<transport::Connection> connection, storage::Payer payer = {});
  // Lets every session of the loop finish and close; calls `done` when the last is gone, at the
  // latest after kDrain.
  void drain(LoopIndex loop, std::function<void()> done);
  // Drops the loop's documents that two calls in a row found idle.
  void evict_idle(LoopIndex loop);
  // What the loop still holds for anybody, in words: a channel or document, else a session; empty
  // if it is nothing.
  [[nodiscard]] std::string in_use(LoopIndex loop) const;

  // What is counted of the loop. From any thread.
  [[nodiscard]] const Counts& counts(LoopIndex loop) const;

  // ---- The operator, who has no session. From any thread.

  // Submits to the document; `done` is told the outcome, on the document's loop.
  void submit(document::Submission submission, std::function<void(const document::Answer&)> done);
  // The log holds another history of the document than it did: its subscribers are disconnected and
  // come back.
  void reload(const storage::DocumentKey& key);

  // ---- Routing. From any thread; each posts to the loop where the addressee lives.

  void to_document(document::ToDocument request);
  void to_channel(presence::ToChannel request);
  // Reads the log, and answers the session.
  void query(const document::QueryRequest& request);
  // A session of this loop has left.
  void leave_document(const storage::DocumentKey& key, LoopIndex loop);
  // A session is gone that has asked the document for something and has no answer.
  void asker_gone(const storage::DocumentKey& key, storage::Payer asker);
  void leave_channel(const std::string& channel, LoopIndex loop);
  // To one session; dropped if it is gone.
  void to_session(SessionId session, document::HostPorts::Reply reply);
  void to_session(SessionId session, presence::ChannelReply reply);
  // To all sessions of a loop that are concerned.
  void to_loop(LoopIndex loop, document::SharedCommit notice);
  void to_loop(LoopIndex loop, presence::ChannelNotice notice);
  void close_subscribers(const storage::DocumentKey& key);

  [[nodiscard]] const Ports& ports() const { return ports_; }
  // Room for a text that is on its way to somebody else, or for what is made of texts; null if
  // there is none now. From any thread.
  [[nodiscard]] document::TextRoom reserve_text(std::size_t bytes);
  // Of all open documents.
  [[nodiscard]] const std::shared_ptr<document::DocumentMemory>& memory() const { return memory_; }
  // Of all sessions.
  [[nodiscard]] const std::shared_ptr<session::FollowedMemory>& followed() const {
    return followed_;
  }

 private:
  struct Shard;  // What lives on one loop.

  [[nodiscard]] LoopIndex home_of(const storage::DocumentKey& key) const;
  [[nodiscard]] LoopIndex home_of(const std::string& channel) const;
  template <typename Work>
  void post(LoopIndex loop, Work work);
  void want_memory();
  void make_room(LoopIndex loop);

  const Ports ports_;
  std::shared_ptr<document::DocumentMemory> memory_;
  const std::shared_ptr<session::FollowedMemory> followed_;
  std::vector<std::unique_ptr<Shard>> shards_;  // One a loop.
};

}  // namespace cowrite::switchboard
