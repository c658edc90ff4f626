#include "tests/tools/load/faulty_proxy.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <thread>
#include <utility>

namespace cowrite::load {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// One end of a line: a WebSocket that reads all the time, and writes in order.
class End : public std::enable_shared_from_this<End> {
 public:
  explicit End(tcp::socket socket) : stream_(std::move(socket)) {
    stream_.read_message_max(std::size_t{64} << 20);
    error_code ignored;
    stream_.next_layer().set_option(tcp::no_delay(true), ignored);
  }

  websocket::stream<tcp::socket, false>& stream() { return stream_; }

  void start(std::function<void(const std::string&)> on_message, std::function<void()> on_close) {
    on_message_ = std::move(on_message);
    on_close_ = std::move(on_close);
    read();
    if (!unsent_.empty()) write();
    started_ = true;
  }

  void send(std::string message) {
    unsent_.push_back(std::move(message));
    if (started_ && unsent_.size() == 1) write();
  }

  void close() {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error) return self->on_close_();
      self->on_message_(boost::beast::buffers_to_string(self->buffer_.data()));
      self->buffer_.clear();
      self->read();
    });
  }

  void write() {
    stream_.async_write(asio::buffer(unsent_.front()),
                        [self = shared_from_this()](const error_code& error, std::size_t) {
                          if (error) return self->on_close_();
                          self->unsent_.pop_front();
                          if (!self->unsent_.empty()) self->write();
                        });
  }

  websocket::stream<tcp::socket, false> stream_;
  boost::beast::flat_buffer buffer_;
  std::deque<std::string> unsent_;
  bool started_ = false;
  std::function<void(const std::string&)> on_message_;
  std::function<void()> on_close_;
};

// Each end lives for as long as it reads, and ends the other.
void connect(const std::shared_ptr<End>& client, const std::shared_ptr<End>& server, Fault& fault,
             std::size_t number) {
  const auto sender = [](std::weak_ptr<End> end) {
    return [end = std::move(end)](const std::string& message) {
      if (const auto alive = end.lock()) alive->send(message);
    };
  };
  const auto closer = [](std::weak_ptr<End> end) {
    return [end = std::move(end)] {
      if (const auto alive = end.lock()) alive->close();
    };
  };
  const auto line =
      std::make_shared<ProxyLine>(ProxyLine{number, sender(server), sender(client), std::string()});
  client->start([line, &fault](const std::string& message) { fault.from_client(*line, message); },
                closer(server));
  server->start(
      [line, &fault](const std::string& message) {
        const auto parsed = nlohmann::json::parse(message);
        if (parsed["a"] == "hs") line->source = parsed["id"];
        fault.from_server(*line, message);
      },
      closer(client));
}

}  // namespace

class FaultyProxy::State {
 public:
  State(std::uint16_t server_port, std::unique_ptr<Fault> fault)
      : fault_(std::move(fault)),
        server_(asio::ip::address_v4::loopback(), server_port),
        acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~State() {
    context_.stop();
    thread_.join();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (error) return;
      welcome(std::make_shared<End>(std::move(socket)));
      accept();
    });
  }

  // A client may leave at any point.
  void welcome(const std::shared_ptr<End>& client) {
    client->stream().async_accept([this, client](const error_code& error) {
      if (error) return;
      const auto server = std::make_shared<End>(tcp::socket(context_));
      server->stream().next_layer().async_connect(
          server_, [this, client, server](const error_code& failure) {
            if (failure) return client->close();
            server->stream().async_handshake("localhost", "/ws",
                                             [this, client, server](const error_code& refusal) {
                                               if (refusal) return client->close();
                                               connect(client, server, *fault_, next_number_++);
                                             });
          });
    });
  }

  std::unique_ptr<Fault> fault_;
  asio::io_context context_{1};
  tcp::endpoint server_;
  tcp::acceptor acceptor_;
  std::size_t next_number_ = 0;
  std::thread thread_;
};

FaultyProxy::FaultyProxy(std::uint16_t server_port, std::unique_ptr<Fault> fault)
    : state_(std::make_unique<State>(server_port, std::move(fault))) {}

FaultyProxy::~FaultyProxy() = default;

std::string FaultyProxy::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port());
}

}  // namespace cowrite::load
