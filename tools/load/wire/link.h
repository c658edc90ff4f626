// Link: a client's way to the server: one connection at a time with ShareDB's handshake done, and
// the id, which stays the same over all of them.
//
// It lives on one loop, which calls its events.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "tools/load/clock.h"
#include "tools/load/wire/connection.h"

namespace cowrite::load {

class Link {
 public:
  struct Events {
    // A connection is there: requests may be sent.
    std::function<void()> on_ready;
    std::function<void(std::string_view message)> on_message;
    // The connection was lost, or could not be made.
    std::function<void(const std::string& reason)> on_lost;
  };

  Link(boost::asio::io_context& context, const Target& target,
       std::optional<boost::asio::ip::address> source_address, Events events);

  // Connects, now.
  void dial();
  // Connects after a delay as the page has it: a quarter of a second, doubled with each attempt
  // that fails, up to 15 s, and shortened by up to half so that not all come back at once.
  void dial_later(std::mt19937_64& random);
  // Cuts the connection, as a network that fails does; on_lost is not called.
  void cut();

  // REQUIRES: ready().
  void send(std::string message) { connection_->send(std::move(message)); }
  [[nodiscard]] bool ready() const { return ready_; }
  // The connection's id (ShareDB's "src"); empty before the first handshake.
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  void receive(std::string_view message);
  void shake_hands(std::string_view message);
  void lose(const std::string& reason);

  boost::asio::io_context& context_;
  const Target& target_;
  const std::optional<boost::asio::ip::address> source_address_;
  Events events_;
  boost::asio::steady_timer redial_timer_;
  std::unique_ptr<Connection> connection_;
  std::string id_;
  bool ready_ = false;
  int handshakes_ = 0;  // That are not answered yet.
  unsigned failures_ = 0;
};

}  // namespace cowrite::load
