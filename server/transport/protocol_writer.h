// ProtocolWriter: what writes WebSocket frames to one client, and ends its connection. WebSocket
// and HttpExchange decide what is written; the library behind this knows how.
//
// Belongs to the thread of its loop.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.h"
#include "server/transport/connection.h"
#include "server/transport/frame.h"
#include "server/transport/paced_socket.h"

namespace cowrite::transport {

// Framed messages, shared by all connections of a loop that are sent the same.
struct Frames {
  std::shared_ptr<void> frames;
  std::size_t bytes = 0;
};

class ProtocolWriter {
 public:
  virtual ~ProtocolWriter() = default;

  virtual PacedSocket& paced_socket() = 0;
  // The head of a response after which the connection ends.
  [[nodiscard]] virtual std::string head_of(const http::Response& response) const = 0;
  // Made on first use, and kept in the outbound.
  virtual Frames frame(const Outbound& outbound) = 0;
  // These queue frames and return their bytes, 0 if the connection is closing.
  virtual std::size_t write_frames(const Frames& frames) = 0;
  virtual std::size_t write_fragment(std::string text, Fragment fragment) = 0;
  virtual std::size_t write_ping() = 0;
  virtual std::size_t write_pong(const std::string& payload) = 0;
  virtual void write_close(CloseCode code, const std::string& reason) = 0;
  // Ends the connection after what was written to its socket.
  virtual void end() = 0;
  // Ends the connection at once with a reset.
  virtual void drop() = 0;
};

}  // namespace cowrite::transport
