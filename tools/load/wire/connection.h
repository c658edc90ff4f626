// Connection: a client's WebSocket. The only file that includes Boost.Beast is its .cc.
//
// It lives on one loop, which calls its events. It answers pings. Destroying it cuts it; it may be
// destroyed in its own events, and calls none after that.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tools/load/wire/target.h"

namespace cowrite::load {

class Connection {
 public:
  struct Events {
    std::function<void()> on_open;
    std::function<void(std::string_view message)> on_message;
    // It could not be opened, or has ended, for this reason.
    std::function<void(const std::string& reason)> on_close;
  };

  // Begins to connect. `source` is the address that it comes from, where the system is not to
  // choose.
  Connection(boost::asio::io_context& context, const Target& target,
             const std::optional<boost::asio::ip::address>& source, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // REQUIRES: it is open.
  void send(std::string message);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace cowrite::load
