// ConnectionState: our base of each websocketpp connection. It holds the connection's WebSocket or
// HTTP exchange, and passes requests, responses and frames between them and websocketpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.h"
#include "server/transport/http_exchange.h"
#include "server/transport/protocol_writer.h"
#include "server/transport/web_socket.h"

namespace cowrite::transport {

class ConnectionState : public ProtocolWriter {
 public:
  // REQUIRES of all: websocketpp's connection was started.
  PacedSocket& paced_socket() override;
  [[nodiscard]] std::string head_of(const http::Response& response) const override;
  Frames frame(const Outbound& outbound) override;
  std::size_t write_frames(const Frames& frames) override;
  std::size_t write_fragment(std::string text, Fragment fragment) override;
  std::size_t write_ping() override;
  std::size_t write_pong(const std::string& payload) override;
  void write_close(CloseCode code, const std::string& reason) override;
  void end() override;
  void drop() override;

  // Tells a client that waits for it to send the body of its request (RFC 9110, section 10.1.1). To
  // be called before each read of the request.
  void invite_body();

  // What is queued for the client, of its WebSocket or response.
  [[nodiscard]] std::size_t queued_bytes() const;
  // Something was queued between the last two sweeps, and the client took nothing.
  [[nodiscard]] bool stalled() const;
  // A text of the owner's is held for it until it is written.
  [[nodiscard]] bool sends_long() const;

  // REQUIRES: the head of the request was received.
  [[nodiscard]] http::Request request() const;
  // Sets the response that websocketpp sends if the handshake is refused. REQUIRES: as request(),
  // and nothing was sent yet.
  void set_response(const http::Response& response);

  std::uint64_t number = 0;      // http::Request::connection.
  storage::Payer payer = {};     // http::Request::payer.
  bool is_client_known = false;  // Though it comes from a proxy.
  std::shared_ptr<void> server;  // The connection refers to its endpoint.
  std::shared_ptr<Output> output;

  // At most one of them, once the request has arrived.
  std::shared_ptr<WebSocket> web_socket;
  std::shared_ptr<HttpExchange> exchange;

 private:
  bool invited_ = false;
};

}  // namespace cowrite::transport
