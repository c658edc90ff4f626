// ProtocolWriter: what writes HTTP responses and WebSocket frames to one client. WebSocket and
// HttpExchange decide what is written; the library behind this knows how.
//
// Belongs to the thread of its loop.
#pragma once

#include <cstddef>
#include <string>

#include "server/http/message.h"
#include "server/transport/connection.h"
#include "server/transport/paced_socket.h"

namespace cowrite::transport {

class ProtocolWriter {
 public:
  virtual ~ProtocolWriter() = default;

  virtual PacedSocket& paced_socket() = 0;
  // Writes the response to the client's request and then ends the connection. At most once.
  virtual void write_response(const http::Response& response) = 0;
  // These three queue frames and return their bytes, 0 if the connection is closing.
  virtual std::size_t write_messages(const Outbound& outbound) = 0;
  virtual std::size_t write_ping() = 0;
  virtual std::size_t write_pong(const std::string& payload) = 0;
  virtual void write_close(CloseCode code, const std::string& reason) = 0;
  // Ends the connection at once with a reset.
  virtual void drop() = 0;
};

}  // namespace cowrite::transport
