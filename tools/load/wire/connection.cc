#include "tools/load/wire/connection.h"

#include <netinet/in.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <utility>

namespace cowrite::load {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// More than any server sends: a page of texts, or a whole text.
constexpr std::size_t kMessageBytesMax = std::size_t{64} << 20;

constexpr bool kNoCompression = false;

// Of the loop itself: any_executor, which tcp::socket has, is copied with each operation.
using Socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

}  // namespace

class Connection::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::io_context& context, Events events) : stream_(context), events_(std::move(events)) {}

  void dial(const Target& target, const std::optional<asio::ip::address>& source) {
    error_code error;
    stream_.next_layer().open(target.endpoint.protocol(), error);
    if (!error && source) {
      // The port is chosen when it connects, so that each address has all ports for each server.
      const asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT> late(true);
      stream_.next_layer().set_option(late, error);
      stream_.next_layer().bind({*source, 0}, error);
    }
    if (error) {
      return asio::post(stream_.get_executor(),
                        [self = shared_from_this(), error] { self->close(error); });
    }
    stream_.next_layer().async_connect(target.endpoint,
                                       [self = shared_from_this(), host = target.host,
                                        path = target.path](const error_code& failure) {
                                         if (failure) return self->close(failure);
                                         self->shake_hands(host, path);
                                       });
  }

  void send(std::string message) {
    unsent_.push_back(std::move(message));
    if (unsent_.size() == 1) write();
  }

  void cut() {
    cut_ = true;
    error_code ignored;
    // With a reset: else the port would be taken for a minute, and many cuts take all ports.
    stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    stream_.next_layer().close(ignored);
  }

 private:
  void shake_hands(const std::string& host, const std::string& path) {
    error_code ignored;
    stream_.next_layer().set_option(tcp::no_delay(true), ignored);
    stream_.read_message_max(kMessageBytesMax);
    stream_.auto_fragment(false);
    stream_.async_handshake(host, path, [self = shared_from_this()](const error_code& error) {
      if (error) return self->close(error);
      if (self->cut_) return;
      self->events_.on_open();
      self->read();
    });
  }

  void read() {
    if (cut_) return;
    stream_.async_read(buffer_, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error) return self->close(error);
      if (self->cut_) return;
      const auto data = self->buffer_.data();
      self->events_.on_message({static_cast<const char*>(data.data()), data.size()});
      self->buffer_.consume(data.size());
      self->read();
    });
  }

  void write() {
    stream_.async_write(asio::buffer(unsent_.front()),
                        [self = shared_from_this()](const error_code& error, std::size_t) {
                          if (error) return self->close(error);
                          self->unsent_.pop_front();
                          if (!self->unsent_.empty() && !self->cut_) self->write();
                        });
  }

  void close(const error_code& error) {
    if (cut_) return;
    cut();
    std::string reason = error.message();
    if (error == websocket::error::closed) {
      reason = "the server closed it with " + std::to_string(stream_.reason().code);
      if (!stream_.reason().reason.empty()) {
        reason += " " + std::string(stream_.reason().reason.c_str());
      };
    }
    events_.on_close(reason);
  }

  websocket::stream<Socket, kNoCompression> stream_;
  boost::beast::flat_buffer buffer_;
  std::deque<std::string> unsent_;  // The first is being written.
  Events events_;
  bool cut_ = false;
};

Connection::Connection(asio::io_context& context, const Target& target,
                       const std::optional<asio::ip::address>& source, Events events)
    : state_(std::make_shared<State>(context, std::move(events))) {
  state_->dial(target, source);
}

Connection::~Connection() { state_->cut(); }

void Connection::send(std::string message) { state_->send(std::move(message)); }

}  // namespace cowrite::load
