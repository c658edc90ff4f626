// PresenceModel: one presence of a client on a channel and what it knows of the others', as
// ShareDB's JavaScript client keeps them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/wire.h"

namespace cowrite::simulation {

class PresenceModel {
 public:
  // `id` is the presence's own, `send` sends a request while the connection is open.
  PresenceModel(std::string channel, std::string id, std::function<void(const std::string&)> send)
      : channel_(std::move(channel)), id_(std::move(id)), send_(std::move(send)) {}

  // JSON text; "null": gone.
  void announce(std::string value);
  void join();
  void leave();

  void connected();
  void disconnected();
  void received(const WireMessage& message);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& value() const { return value_; }
  [[nodiscard]] bool joined() const { return wants_ && joined_; }
  [[nodiscard]] bool wants_to_listen() const { return wants_; }
  // The value of somebody else's presence; "null" if there is none.
  [[nodiscard]] std::string value_of(const std::string& id) const;

 private:
  struct Remote {
    std::string value;
    std::uint64_t version = 0;
  };

  void send_own();
  void send_subscription();

  const std::string channel_;
  const std::string id_;
  std::function<void(const std::string&)> send_;
  bool open_ = false;
  bool wants_ = false;
  bool joined_ = false;
  std::uint64_t next_sequence_ = 1;
  std::string value_ = "null";
  std::uint64_t next_version_ = 0;
  std::vector<std::string> waiting_;  // To be sent when there is a connection.
  std::map<std::string, Remote> remote_;
};

}  // namespace cowrite::simulation
