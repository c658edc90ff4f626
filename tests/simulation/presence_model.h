// PresenceModel: one presence of a client on a channel and what it knows of the others', as
// ShareDB's JavaScript client keeps them.
//
// It may be about a document. Then the numbers in its value are positions in the text, and it is
// sent with the document's version when the client waits for nothing there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/replica.h"
#include "tests/simulation/wire.h"

namespace cowrite::simulation {

// The value with every number in it replaced.
[[nodiscard]] std::string replace_positions(
    const std::string& value, const std::function<std::uint64_t(std::uint64_t)>& replacement);

class PresenceModel {
 public:
  struct Latest {
    std::string value = "null";
    std::uint64_t version = 0;  // "pv"
  };

  // `id` is the presence's own, `send` sends a request (p, ps, pu) while the connection is open.
  // `document` is null if it is about none, and outlives this.
  PresenceModel(std::string channel, std::string id, std::function<void(WireMessage)> send,
                const Replica* document)
      : channel_(std::move(channel)),
        id_(std::move(id)),
        send_(std::move(send)),
        document_(document) {}

  // JSON text; "null": gone.
  void announce(std::string value);
  void join();
  void leave();

  void connected();
  void disconnected();
  void received(const WireMessage& message);
  // Sends what waits, if the document lets it.
  void flush();

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Latest& own() const { return own_; }
  // The server has not passed the own one on.
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] bool joined() const { return wants_ && joined_; }
  [[nodiscard]] bool wants_to_listen() const { return wants_; }
  // What was heard last of somebody else's.
  [[nodiscard]] Latest heard_of(const std::string& id) const;

 private:
  void send(const Latest& presence);
  void send_subscription();

  const std::string channel_;
  const std::string id_;
  const std::function<void(WireMessage)> send_;
  const Replica* const document_;
  bool open_ = false;
  bool wants_ = false;
  bool joined_ = false;
  std::uint64_t next_sequence_ = 1;
  Latest own_;
  std::uint64_t next_version_ = 0;
  bool refused_ = false;
  std::vector<Latest> waiting_;  // To be sent.
  std::map<std::string, Latest> others_;
};

}  // namespace cowrite::simulation
