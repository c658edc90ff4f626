// WebSocket: the Connection of one client that came through the handshake. Counts what is queued,
// holds back messages while reading is paused, answers pings and sends its own; the protocol itself
// is spoken by the wire below it.
//
// Belongs to the thread of its loop. The wire tells it what arrives, and of the end; its owner may
// keep it longer.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "server/transport/connection.h"
#include "server/transport/heartbeat.h"
#include "server/transport/paced_socket.h"
#include "server/transport/timing.h"

namespace cowrite::transport {

// What writes frames to a client.
class Wire {
 public:
  virtual ~Wire() = default;

  virtual PacedSocket& paced_socket() = 0;
  // These queue frames, and return how many bytes; none if the connection is closing.
  virtual std::size_t write_messages(const Outbound& outbound) = 0;
  virtual std::size_t write_ping() = 0;
  virtual std::size_t write_pong(const std::string& payload) = 0;
  virtual void write_close(CloseCode code, const std::string& reason) = 0;
  // Ends the connection at once.
  virtual void drop() = 0;
};

class WebSocket final : public Connection, public std::enable_shared_from_this<WebSocket> {
 public:
  // The wire outlives the call of end(). REQUIRES: owned by a shared_ptr.
  WebSocket(boost::asio::io_context& context, Wire& wire);

  void send(const SharedOutbound& outbound) override;
  void close(CloseCode code, std::string_view reason) override;
  void terminate() override;
  [[nodiscard]] std::size_t queued_bytes() const override;
  void pause_reading() override;
  void resume_reading() override;

  // ---- For the wire

  void set_events(std::shared_ptr<ConnectionEvents> events) { events_ = std::move(events); }
  void receive(std::string text);
  void receive_ping(const std::string& payload);
  // To be called every now and then: pings, and drops who does not answer.
  void sweep(Heartbeat::Time now, const Timing& timing);
  // The connection is gone. Returns whom to tell, if anybody.
  std::shared_ptr<ConnectionEvents> end();

 private:
  [[nodiscard]] std::uint64_t written_bytes() const;
  void queued(std::size_t bytes);
  void written();
  // Calls an event. An owner that throws loses the connection, nothing more.
  template <typename Event>
  void tell(Event event);
  void deliver(std::string_view text);
  void deliver_held();

  boost::asio::io_context& context_;
  Wire* wire_;  // Null when the connection is gone.
  std::shared_ptr<ConnectionEvents> events_;
  bool closing_ = false;  // The owner said so; it is told of nothing but the end.
  bool paused_ = false;
  std::deque<std::string>
      held_;  // Arrived in one read with the message at which reading was paused.

  // Counted in bytes of the stream after the handshake.
  const std::uint64_t handshake_bytes_;
  std::uint64_t queued_end_ = 0;
  std::uint64_t pong_end_ = 0;
  bool draining_ = false;
  Heartbeat heartbeat_;
};

}  // namespace cowrite::transport
