// WebSocketServer: the HTTP and WebSocket front of one loop. The only door to the network, and the
// only file (its .cc) that includes websocketpp.
//
// What it takes care of, so that nobody behind it has to: sizes and times of requests, their
// syntax, the WebSocket protocol (RFC 6455 on /ws, nothing older), pings, and the number of
// connections. No input makes it throw.
//
// Single-threaded: everything runs on the io_context's one thread, except that an Respond may
// be called from any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "server/transport/acceptor.h"
#include "server/transport/connection.h"
#include "server/transport/connection_quota.h"
#include "server/transport/timing.h"

namespace boost::asio {
class io_context;
}

namespace cowrite::transport {

class WebSocketServer {
 public:
  struct Handlers {
    // The refusal of a request that may not be served (its Host, its Origin); empty if it may.
    // Asked before all else, WebSockets included.
    std::function<std::optional<http::Response>(const http::Request&)> refuse;
    // A client arrived on /ws. The connection lives until the returned object's on_close().
    // REQUIRES: returns one.
    std::function<std::shared_ptr<ConnectionEvents>(std::shared_ptr<Connection>,
                                                    const http::Request&)>
        accept;
    http::Handler http;
  };

  // The quota is shared by the servers of all loops.
  WebSocketServer(boost::asio::io_context& context, Handlers handlers,
                  std::shared_ptr<ConnectionQuota> quota, Timing timing = {});
  // Drops what is still open, without another event. REQUIRES: the io_context still exists.
  ~WebSocketServer();

  // Binds and starts accepting; port 0 picks a free one. Returns the bound port. Fails with
  // kErrListen if somebody listens there already, another server of this process included; that is
  // what kJoin is for.
  [[nodiscard]] Result<std::uint16_t> listen(const ListenAddress& address,
                                             Sharing sharing = Sharing::kFirst);

  // Stops accepting, and drops clients whose request has not arrived whole. Open WebSockets stay,
  // their owners close them, and requests that are being answered are. When the last is gone,
  // nothing of the server keeps the io_context running.
  void stop_accepting();

  // Open WebSockets.
  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace cowrite::transport
