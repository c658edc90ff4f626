#include "tests/server/transport/test_client.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace cowrite::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string to_bytes(const Frame& frame) {
  constexpr std::array<char, 4> kMask{'\x11', '\x22', '\x33', '\x44'};
  std::string bytes;
  bytes.push_back(static_cast<char>((frame.final ? 0x80 : 0) | static_cast<int>(frame.opcode)));
  const std::size_t size = frame.payload.size();
  const int extended = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
  bytes.push_back(static_cast<char>(0x80 | (extended == 0   ? static_cast<int>(size)
                                            : extended == 2 ? 126
                                                            : 127)));
  for (int i = extended - 1; i >= 0; --i) {
    bytes.push_back(static_cast<char>(size >> (8 * i) & 0xFF));
  }
  bytes.append(kMask.data(), kMask.size());
  for (std::size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(frame.payload[i] ^ kMask[i % 4]));
  }
  return bytes;
}

std::string handshake(std::string_view path, std::string_view version, std::string_view key) {
  std::string text =
      "GET " + std::string(path) +
      " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  if (!version.empty()) text += "Sec-WebSocket-Version: " + std::string(version) + "\r\n";
  if (!key.empty()) text += "Sec-WebSocket-Key: " + std::string(key) + "\r\n";
  return text + "\r\n";
}

class TestClient::State : public std::enable_shared_from_this<State> {
 public:
  explicit State(asio::io_context& context) : socket(context) {}

  void read() {
    if (!reading || read_pending) return;
    read_pending = true;
    socket.async_read_some(asio::buffer(buffer),
                           [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                             self->read_pending = false;
                             self->took(error, bytes);
                             if (!error) self->read();
                           });
  }

  void took(const error_code& error, std::size_t bytes) {
    received.append(buffer.data(), bytes);
    if (error) ended = true;
    if (error == asio::error::connection_reset) was_reset = true;
  }

  void write() {
    if (writing || unsent.empty()) return;
    writing = true;
    socket.async_write_some(
        asio::buffer(asio::buffer(unsent) + sent),
        [self = shared_from_this()](const error_code& error, std::size_t bytes) {
          self->writing = false;
          self->sent = error ? self->unsent.size() : self->sent + bytes;
          if (self->sent < self->unsent.size()) return self->write();
          self->unsent = std::exchange(self->next, {});
          self->sent = 0;
          if (!error) self->write();
        });
  }

  tcp::socket socket;
  std::array<char, 65'536> buffer{};
  std::string received;
  bool reading = true;
  bool read_pending = false;
  bool ended = false;
  bool was_reset = false;
  std::string unsent;
  std::size_t sent = 0;  // Of `unsent`.
  std::string next;      // What was sent while a write was under way.
  bool writing = false;
};

TestClient::TestClient(asio::io_context& context, std::uint16_t port)
    : state_(std::make_shared<State>(context)) {
  state_->socket.connect({asio::ip::address_v4::loopback(), port});
  state_->read();
}

TestClient::~TestClient() {
  error_code ignored;
  state_->socket.close(ignored);
}

void TestClient::send(std::string bytes) {
  (state_->writing ? state_->next : state_->unsent) += bytes;
  state_->write();
}

void TestClient::stop_reading() { state_->reading = false; }

void TestClient::start_reading() {
  state_->reading = true;
  state_->read();
}

void TestClient::read_some(std::size_t bytes_max) {
  error_code error;
  state_->socket.non_blocking(true);
  const std::size_t bytes = state_->socket.read_some(
      asio::buffer(state_->buffer.data(), std::min(bytes_max, state_->buffer.size())), error);
  if (error != asio::error::would_block) state_->took(error, bytes);
}

void TestClient::reset() {
  state_->socket.set_option(tcp::socket::linger(true, 0));
  state_->socket.close();
}

std::optional<std::string> TestClient::take_response_head() {
  const std::size_t end = state_->received.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  std::string head = state_->received.substr(0, end + 2);
  state_->received.erase(0, end + 4);
  return head;
}

std::optional<Frame> TestClient::take_frame() {
  const auto byte = [this](std::size_t i) {
    return static_cast<unsigned char>(state_->received[i]);
  };
  const std::size_t available = state_->received.size();
  if (available < 2) return std::nullopt;
  std::size_t size = byte(1);  // The server's frames have no mask, so no high bit.
  std::size_t head = 2;
  if (size >= 126) {
    const std::size_t extended = size == 126 ? 2 : 8;
    if (available < 2 + extended) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < extended; ++i) size = size << 8 | byte(2 + i);
    head += extended;
  }
  if (available < head + size) return std::nullopt;
  Frame frame{(byte(0) & 0x80) != 0, static_cast<Opcode>(byte(0) & 0x0F),
              state_->received.substr(head, size)};
  state_->received.erase(0, head + size);
  return frame;
}

const std::string& TestClient::received() const { return state_->received; }
bool TestClient::ended() const { return state_->ended; }
bool TestClient::was_reset() const { return state_->was_reset; }
std::size_t TestClient::unsent() const {
  return state_->unsent.size() - state_->sent + state_->next.size();
}

}  // namespace cowrite::transport
