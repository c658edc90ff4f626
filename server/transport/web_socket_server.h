// WebSocketServer: serves HTTP and WebSockets for one loop. All that comes from the network passes
// through it. It is implemented in websocketpp/, the only folder that includes that library.
//
// It enforces the sizes and times of requests, their syntax, the WebSocket protocol (RFC 6455 on
// /ws, nothing older), pings, and the number of connections, so that nothing behind it has to. No
// input makes it throw.
//
// Single-threaded: everything runs on the io_context's one thread, except that a Respond may be
// called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "server/transport/acceptor.h"
#include "server/transport/client_address.h"
#include "server/transport/connection.h"
#include "server/transport/connection_quota.h"
#include "server/transport/counts.h"
#include "server/transport/limits.h"
#include "server/transport/timing.h"

namespace boost::asio {
class io_context;
}

namespace cowrite::transport {

// What the connections of one loop may hold, in bytes.
struct Memory {
  std::size_t input_bytes = kInputBytesMin;    // Messages and bodies that are not whole; no less.
  std::size_t output_bytes = kOutputBytesMax;  // What is queued.
};

class WebSocketServer {
 public:
  struct Handlers {
    // The path under which the server has all of its own, as "/pad", which the handlers do not see;
    // empty if it has all paths.
    std::string base_path = {};
    // The refusal of a request that may not be served (its Host, its Origin); empty if it may. It
    // is called first for every request, those for WebSockets included.
    std::function<std::optional<Error>(const http::Request&)> refuse;
    // A client arrived on /ws. The connection lives until the returned object's on_close(). Absent:
    // no WebSockets are served. REQUIRES: does not return null.
    std::function<std::shared_ptr<ConnectionEvents>(std::shared_ptr<Connection>,
                                                    const http::Request&)>
        accept;
    http::Handler http;
    // Whether the body of this request, of which only the head has come, is to be read; if not, the
    // request is answered without one. Absent: no body is.
    std::function<bool(const http::Request&)> takes_body = {};
    // A response told of an error, with this code.
    std::function<void(std::string_view code)> on_refused = [](auto) {};
    // A client's connection was accepted, from this address: returns the number that its requests
    // shall bear.
    std::function<std::uint64_t(const std::string& address)> opened = {};
    // A trusted proxy has named the client of the connection with this number.
    std::function<void(std::uint64_t number, const std::string& address)> named = {};
    std::function<void(std::uint64_t number)> ended = {};
    // Something that a socket had asked for is done: a turn of the loop is over.
    std::function<void()> after_event = [] {};
    // A client was turned away unheard, since it or all of them have too many connections.
    std::function<void(const std::string& address)> turned_away = {};
    // Those from which a client's address is taken.
    TrustedProxies trusted_proxies = {};
    Payers payers = Payers();
  };

  // The quota is shared by the servers of all loops. What is queued for all connections exceeds its
  // bound for a turn at most: then some are dropped (output.h).
  WebSocketServer(boost::asio::io_context& context, Handlers handlers,
                  std::shared_ptr<ConnectionQuota> quota, Timing timing = {}, Memory memory = {});
  // Drops the connections that are still open, without another event. REQUIRES: the io_context
  // still exists.
  ~WebSocketServer();

  // Binds and starts accepting; port 0 picks a free one. Returns the bound port. Fails with
  // kErrListen if the address is taken, which it is also by another server of this process unless
  // Sharing::kJoin is given.
  [[nodiscard]] Result<std::uint16_t> listen(const ListenAddress& address,
                                             Sharing sharing = Sharing::kFirst);

  // Stops accepting, and drops clients whose request has not arrived whole. Open WebSockets stay
  // until their owners close them, and requests under way are answered. When the last connection is
  // gone, nothing of the server keeps the io_context running.
  void stop_accepting();

  // Drops the clients that were sent long texts and do not take them.
  void drop_stalled();

  // What is queued for all connections is within its bound.
  [[nodiscard]] bool has_output_room() const;

  // The number of open WebSockets.
  [[nodiscard]] std::size_t connections() const { return counts().web_sockets.value(); }
  // What is counted of all connections. From any thread.
  [[nodiscard]] const Counts& counts() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace cowrite::transport
