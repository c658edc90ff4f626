// Client: one simulated client of ShareDB's protocol, in one document. It follows the document, and
// may write in it; one operation is in flight, and what is typed meanwhile is composed. When its
// connection is lost it comes back, submits again what was not acknowledged, under the same source
// and sequence, and resumes the document from its version.
//
// It tells Breaches what the server does wrong as it happens; what can be seen only at the end, it
// keeps for the verification.
//
// It lives on one loop. What is const may be asked from anywhere once the loop has ended.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tools/load/client/hand.h"
#include "tools/load/client/presence.h"
#include "tools/load/client/record_cache.h"
#include "tools/load/client/replica.h"
#include "tools/load/client/rhythm.h"
#include "tools/load/figures/figures.h"
#include "tools/load/verification/breaches.h"
#include "tools/load/verification/ledger.h"
#include "tools/load/verification/operation_digest.h"
#include "tools/load/verification/verification.h"
#include "tools/load/wire/link.h"
#include "tools/load/wire/wire.h"

namespace cowrite::load {

// Its connection is cut so often: on average, at random times; or exactly, so that all clients are
// cut at once.
struct Cuts {
  double seconds = 0;
  bool together = false;
};

class Client {
 public:
  struct Plan {
    std::size_t number = 0;
    std::string collection;
    std::string document;
    std::uint64_t length = 0;           // That it keeps the text at.
    std::optional<Rhythm> rhythm;       // If it writes.
    std::optional<std::uint64_t> keys;  // After so many it stops.
    std::optional<Cuts> cuts;
    bool shows_cursor = false;
    std::optional<boost::asio::ip::address> source_address;
  };
  // All of it outlives the client.
  struct Surroundings {
    boost::asio::io_context& context;
    std::mt19937_64& random;
    const Target& target;
    Authors& authors;
    Figures& figures;
    RecordCache& records;
    Breaches& breaches;
  };
  using Done = std::function<void()>;

  Client(Plan plan, const Surroundings& around);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Connects and subscribes. Calls done() when that is done, or has failed, which is a breach.
  void open(Done done);
  // Begins to write, and to be cut.
  void start();
  // Writes nothing more; its connection is not cut any more.
  void stop();
  // Calls done() when it has typed all it will, and all is acknowledged.
  void when_quiet(Done done);
  // Calls done() when it has this version, and everything that the server has sent it by now.
  void when_at(std::uint64_t version, Done done);

  // ---- For the verification

  // What it did, was told and has. It refers to the client.
  [[nodiscard]] ClientState state() const;
  // The first of its operations that was submitted and not acknowledged.
  [[nodiscard]] std::optional<std::uint64_t> unanswered() const;
  // "client 3 in load/acks-1", for sentences.
  [[nodiscard]] std::string describe() const;

 private:
  // ---- Writing
  void press(Time due);
  void press_later();
  void flush();
  void submit_again();

  // ---- The connection
  void connected();
  void lost(const std::string& reason);
  void cut_later();
  void cut();
  void disconnected();

  // ---- The server
  void receive(std::string_view text);
  void receive_other(std::string_view text);
  void receive_operation(const ServerMessage& message, std::string_view text);
  void receive_ack(std::uint64_t sequence, std::uint64_t version);
  void confirm(std::uint64_t sequence, std::uint64_t version);
  void receive_record(const ToldRecord& record);
  void receive_subscription(const ServerMessage& message);
  void measure_delivery(const ToldRecord& record);
  void fetch(std::uint64_t version);
  void breach(std::string_view code, const std::string& what);
  void proceed();

  [[nodiscard]] bool has_typed_all() const { return stopped_ || !hand_ || plan_.keys == 0; }

  Plan plan_;
  const Surroundings around_;
  Link link_;
  SubmissionWriter submissions_;
  Replica replica_;
  std::optional<Hand> hand_;  // If it writes.
  std::optional<Presence> presence_;
  Ledger ledger_;
  OperationDigest told_;
  std::uint64_t first_text_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t in_flight_ = 0;            // The sequence, if something is.
  std::vector<std::uint64_t> unanswered_;  // Sequences that this connection must answer.
  boost::asio::steady_timer key_timer_;
  boost::asio::steady_timer cut_timer_;
  Time next_key_;
  Time next_cut_;
  Time lost_at_ = Time::max();

  bool has_text_ = false;
  bool subscribed_ = false;
  bool fetching_ = false;
  bool pinged_ = false;
  bool stopped_ = false;
  Done opened_;
  Done quiet_;
  Done at_version_;
  std::uint64_t awaited_version_ = 0;
};

}  // namespace cowrite::load
