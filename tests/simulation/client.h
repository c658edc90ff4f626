// Client: a well-behaved client, as ShareDB's JavaScript client is (its Connection): it speaks over
// one link at a time, comes back when the link is lost, and keeps its id, its sequence and its
// replicas.
//
// It tells the oracle all that it sends and is shown, and that a request was answered twice, or
// something that it never asked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/network_link.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/presence_model.h"
#include "tests/simulation/random.h"
#include "tests/simulation/replica.h"
#include "tests/simulation/timeline.h"

namespace cowrite::simulation {

class Client {
 public:
  struct Dependencies {
    Timeline& timeline;
    Random& random;
    Oracle& oracle;
    std::function<std::shared_ptr<NetworkLink>(const std::string& client, ClientEnd)> dial;
  };

  Client(std::string name, Dependencies around);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& source() const { return uplink_.source; }
  [[nodiscard]] std::uint64_t next_sequence() const { return uplink_.next_sequence; }
  [[nodiscard]] bool connected() const { return uplink_.open; }
  [[nodiscard]] bool online() const { return online_; }
  [[nodiscard]] const std::shared_ptr<NetworkLink>& link() const { return link_; }

  // Wants a connection, now and whenever it is lost / wants none.
  void go_online();
  void go_offline();

  [[nodiscard]] Replica& replica(const DocumentKey& key);
  [[nodiscard]] const std::map<DocumentKey, Replica>& replicas() const { return replicas_; }
  // Where it is in the room where all are, and in a document.
  [[nodiscard]] PresenceModel& room() { return presences_.at("room"); }
  [[nodiscard]] PresenceModel& cursor(const DocumentKey& key);
  [[nodiscard]] const std::map<std::string, PresenceModel>& presences() const { return presences_; }
  // Unsubscribes from everything.
  void stop_following();
  // Asks for a snapshot of the past, by version (nf) or time (nt).
  void ask_past(const std::string& action, const DocumentKey& key,
                std::optional<std::uint64_t> moment);

  // Requests of the connection that have no answer yet.
  [[nodiscard]] const std::multiset<std::string>& unanswered() const { return unanswered_; }

 private:
  using Versions = std::vector<std::pair<std::string, std::optional<std::uint64_t>>>;

  void dial();
  void closed();
  // Sends a request that must be answered; `name` is what names its answer.
  void ask(std::string name, std::string text);
  void read(const std::string& action, const DocumentKey& key,
            std::optional<std::uint64_t> version);
  void send_bulk(const std::string& action, const std::string& collection, const Versions& wanted);
  void add_presence(const std::string& channel, const Replica* document);
  void send_presence(WireMessage message);
  void submit(const WireSubmission& submission);

  void receive(std::string_view text);
  void answered(const std::string& name);
  void handle_handshake(const WireMessage& message);
  void handle_operation(const WireMessage& message);
  [[nodiscard]] bool reads() const;
  [[nodiscard]] bool misses_something(const Replica& replica, const WireMessage& message) const;
  void expect_in_order(const DocumentKey& key, std::uint64_t version);
  void handle_read(const WireMessage& message);
  void handle_bulk(const WireMessage& message);
  void handle_past(const WireMessage& message);
  void handle_presence(const WireMessage& message);
  void hand_over(const std::string& action, const DocumentKey& key, const std::string& error,
                 const std::optional<WireSnapshot>& snapshot);

  const std::string name_;
  const Dependencies around_;
  Uplink uplink_;
  std::map<DocumentKey, Replica> replicas_;
  std::map<std::string, PresenceModel> presences_;  // By channel.

  bool online_ = false;
  std::shared_ptr<NetworkLink> link_;
  std::multiset<std::string> unanswered_;
  std::set<DocumentKey> failed_reads_;  // What they were to bring may be missing.
  std::uint64_t next_past_ = 1;
  std::map<std::uint64_t, std::pair<DocumentKey, std::optional<std::uint64_t>>> past_;
  // While set, reads are collected: by collection and action.
  std::optional<std::map<std::pair<std::string, std::string>, Versions>> bulk_;
};

}  // namespace cowrite::simulation
