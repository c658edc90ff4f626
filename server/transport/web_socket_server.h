// WebSocketServer: the HTTP and WebSocket front of one loop. The only door to the network, and the only file (its .cc) that
// includes websocketpp.
//
// Single-threaded: everything runs on the io_context's one thread, except that an HttpRespond may be called from any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ot/result.h"
#include "server/transport/connection.h"
#include "server/transport/http.h"

namespace boost::asio {
class io_context;
}

namespace cowrite::server {

struct ListenAddress {
  std::string host;  // An IP address or a name that resolves to one.
  std::uint16_t port = 0;
};

class WebSocketServer {
 public:
  struct Handlers {
    // True if this request may be served at all (its Host), and if it may open a WebSocket (its Origin).
    std::function<bool(const HttpRequest&)> allow_request;
    std::function<bool(const HttpRequest&)> allow_web_socket;
    // A client arrived on /ws; the connection lives until the returned object's on_close().
    std::function<std::shared_ptr<ConnectionEvents>(std::shared_ptr<Connection>, const HttpRequest&)> accept;
    HttpHandler http;
  };

  WebSocketServer(boost::asio::io_context& context, Handlers handlers);
  ~WebSocketServer();

  // Binds and starts accepting; port 0 picks a free one. Returns the bound port. Several servers may share one address
  // (SO_REUSEPORT), each accepting its share.
  [[nodiscard]] Result<std::uint16_t> listen(const ListenAddress& address);

  // Stops accepting. Connections that are open stay so; their owners close them.
  void stop_accepting();

  // Open WebSockets.
  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace cowrite::server
