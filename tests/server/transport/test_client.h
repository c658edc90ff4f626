// A client that can break the protocol: it sends the bytes that a test gives it. It runs on the
// server's own io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cowrite::transport {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

struct Frame {
  bool final = true;
  Opcode opcode = Opcode::kText;
  std::string payload;

  friend bool operator==(const Frame&, const Frame&) = default;
};

// As a client sends it: masked.
std::string to_bytes(const Frame& frame);

// A WebSocket handshake, and its parts.
inline constexpr std::string_view kSampleKey =
    "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, section 1.3.
std::string handshake(std::string_view path = "/ws", std::string_view version = "13",
                      std::string_view key = kSampleKey);

class TestClient {
 public:
  explicit TestClient(boost::asio::io_context& context, std::uint16_t port);
  ~TestClient();

  void send(std::string bytes);
  void send(const Frame& frame) { send(to_bytes(frame)); }
  void send_text(std::string text) { send(Frame{true, Opcode::kText, std::move(text)}); }

  // A client reads from the beginning. While it does not, the server's bytes pile up; a read under
  // way still ends.
  void stop_reading();
  void start_reading();
  // Reads at most this at a time, one read per call.
  void read_some(std::size_t bytes_max);
  // Ends the connection with a reset.
  void reset();

  // Takes the response's head off the received bytes, when it is complete.
  [[nodiscard]] std::optional<std::string> take_response_head();
  // Takes the next frame off the received bytes, when it is complete.
  [[nodiscard]] std::optional<Frame> take_frame();

  [[nodiscard]] const std::string& received() const;
  // Whether the server ended the connection, cleanly or with a reset.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] bool was_reset() const;
  [[nodiscard]] std::size_t unsent() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace cowrite::transport
