// Replica: one document as ShareDB's JavaScript client keeps it (its Doc), rule for rule.
//
// Local edits are applied at once. One operation is in flight; what follows is pending and composed
// while it was never sent. An incoming operation is transformed over both, and both over it. Only
// the record with the source and sequence of the operation in flight, or its acknowledgement, takes
// it out of flight. When the connection is lost it goes back to the head of the pending ones, and
// keeps its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "ot/rope/rope.h"
#include "storage/record.h"
#include "tests/simulation/wire.h"

namespace cowrite::simulation {

// A replica's way to its connection, shared by all replicas of one client.
struct Uplink {
  bool open = false;
  std::string source;               // The connection's id; empty before the first handshake.
  std::uint64_t next_sequence = 1;  // Counts over all documents, and over reconnections.

  // `action` is f, s or u.
  std::function<void(const std::string& action, const DocumentKey&, std::optional<std::uint64_t>)>
      read;
  std::function<void(const WireSubmission&)> submit;
  std::function<void(const DocumentKey&, std::uint64_t version)> moved;
  std::function<void(const DocumentKey&)> forgot;  // It has no version any more.
};

class Replica {
 public:
  Replica(DocumentKey key, Uplink& uplink) : key_(std::move(key)), uplink_(uplink) {}

  // ---- The application

  // Changes the document here; flush() sends. REQUIRES: an edit fits text(); a create finds no
  // document, an edit or delete finds one.
  void submit(storage::Change change);
  void flush();
  void fetch() { fetch(Fetching::kToCatchUp); }
  void subscribe() { queue_subscribe(true); }
  void unsubscribe() { queue_subscribe(false); }
  // Begins with an old copy from the disk. REQUIRES: nothing happened yet.
  void restore(const storage::Snapshot& snapshot);

  [[nodiscard]] const DocumentKey& key() const { return key_; }
  [[nodiscard]] bool exists() const { return exists_; }
  [[nodiscard]] const ot::Rope& text() const { return text_; }
  [[nodiscard]] std::optional<std::uint64_t> version() const { return version_; }
  [[nodiscard]] bool subscribed() const { return subscribed_; }
  [[nodiscard]] bool wants_subscription() const { return wants_subscription_; }
  [[nodiscard]] bool has_unsent() const { return !pending_.empty(); }
  // It waits for no answer, and has nothing to send.
  [[nodiscard]] bool nothing_pending() const {
    return !in_flight_ && pending_.empty() && !subscribing_ && pending_subscribes_.empty() &&
           fetches_in_flight_.empty() && pending_fetches_.empty();
  }
  [[nodiscard]] bool quiet() const { return !in_flight_ && pending_.empty() && !recovering_; }
  // It has dropped everything after an error and waits for the server's text.
  [[nodiscard]] bool recovering() const { return recovering_; }
  // The version that the operation in flight was sent with; absent if none was or there is none.
  [[nodiscard]] std::optional<std::uint64_t> base_in_flight() const {
    return in_flight_ ? in_flight_->base : std::nullopt;
  }
  [[nodiscard]] bool in_flight(const std::string& source, std::uint64_t sequence) const;

  // ---- The connection

  void connected();
  void disconnected();

  // ---- The server. An error is a code; empty if there is none.

  void fetched(const std::string& error, const std::optional<WireSnapshot>& snapshot);
  void answered_subscribe(const std::string& error, const std::optional<WireSnapshot>& snapshot);
  void received(const WireMessage& operation);
  void refused();

 private:
  struct Local {
    storage::Change change;
    std::optional<std::string> source;
    std::optional<std::uint64_t> sequence;
    bool sent = false;
    std::optional<std::uint64_t> base = {};  // The version that it was sent last with.
  };
  enum class Fetching { kToCatchUp, kToRecover };

  void fetch(Fetching fetching);
  void finish_fetches(std::deque<Fetching> fetches);
  void queue_subscribe(bool wanted);
  void flush_subscribe();
  void ingest(const WireSnapshot& snapshot);
  void acknowledge(const WireMessage& operation);
  [[nodiscard]] bool compose(const storage::Change& change);
  [[nodiscard]] bool apply(const std::optional<storage::Change>& change);
  void roll_back_all();
  void set_version(std::uint64_t version);

  DocumentKey key_;
  Uplink& uplink_;

  std::optional<std::uint64_t> version_;
  bool exists_ = false;
  ot::Rope text_;
  std::optional<Local> in_flight_;
  std::deque<Local> pending_;
  bool recovering_ = false;

  bool wants_subscription_ = false;
  bool subscribed_ = false;
  std::optional<bool> subscribing_;  // What the request in flight wants.
  std::deque<bool> pending_subscribes_;
  // Why each was asked for, oldest first: sent, and waiting to be sent or for another's answer.
  std::deque<Fetching> fetches_in_flight_;
  std::deque<Fetching> pending_fetches_;
};

}  // namespace cowrite::simulation
