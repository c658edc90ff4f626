#include "server/transport/web_socket_server.h"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <unordered_set>
#include <utility>
#include <vector>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/server.hpp>
#include <websocketpp/transport/asio/endpoint.hpp>

#include "ot/base/check.h"
#include "server/http/limits.h"
#include "server/transport/frame.h"
#include "server/transport/handshake.h"
#include "server/transport/limits.h"
#include "server/transport/paced_socket.h"
#include "server/transport/web_socket.h"

namespace cowrite::transport {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// ---- How websocketpp is set up

// A socket as a websocketpp connection owns it; the names are those that websocketpp calls.
class SocketPolicy : public std::enable_shared_from_this<SocketPolicy> {
 public:
  using ptr = std::shared_ptr<SocketPolicy>;

  // Before start(). The end of the connection lingers unless reset_on_shutdown() was called.
  void adopt(std::unique_ptr<PacedSocket> socket, std::chrono::milliseconds linger) {
    socket_ = std::move(socket);
    linger_ = linger;
  }
  void reset_on_shutdown() { reset_ = true; }

  ptr get_shared() { return shared_from_this(); }
  [[nodiscard]] bool is_secure() const { return false; }
  PacedSocket& get_socket() { return *socket_; }
  PacedSocket& get_next_layer() { return *socket_; }
  [[nodiscard]] std::string get_remote_endpoint(std::error_code&) const { return {}; }

 protected:
  using Done = std::function<void(const std::error_code&)>;

  std::error_code init_asio(asio::io_context*, const std::shared_ptr<asio::io_context::strand>&,
                            bool) {
    return {};
  }
  void set_handle(const websocketpp::connection_hdl&) {}
  void set_uri(const websocketpp::uri_ptr&) {}
  void pre_init(const Done& done) { done({}); }
  void post_init(const Done& done) { done({}); }
  boost::system::error_code cancel_socket() { return {}; }
  [[nodiscard]] std::error_code get_ec() const { return {}; }
  void async_shutdown(const std::function<void(const boost::system::error_code&)>& done) {
    if (reset_) {
      socket_->abort();
    } else {
      socket_->finish(linger_);
    }
    done({});
  }
  static std::error_code translate_ec(const boost::system::error_code&) {
    return websocketpp::transport::error::make_error_code(
        websocketpp::transport::error::pass_through);
  }

 private:
  std::unique_ptr<PacedSocket> socket_;
  std::chrono::milliseconds linger_{};
  bool reset_ = false;
};

class SocketEndpoint {
 public:
  using socket_con_type = SocketPolicy;
  using socket_con_ptr = SocketPolicy::ptr;
  [[nodiscard]] bool is_secure() const { return false; }

 protected:
  std::error_code init(const socket_con_ptr&) { return {}; }
};

class HttpExchange;

// What we keep with each websocketpp connection, whose base this is.
class LinkState : public Wire {
 public:
  PacedSocket& paced_socket() override;
  std::size_t write_messages(const Outbound& outbound) override;
  std::size_t write_ping() override;
  std::size_t write_pong(const std::string& payload) override;
  void write_close(CloseCode code, const std::string& reason) override;
  void drop() override;

  std::shared_ptr<void> server;  // The connection refers to its endpoint.
  std::shared_ptr<WebSocket> web_socket;
  std::shared_ptr<HttpExchange> exchange;
};

// Single-threaded, silent, without extensions.
// NOLINTBEGIN(readability-identifier-naming): the library's names
struct Config : websocketpp::config::core {
  using concurrency_type = websocketpp::concurrency::none;
  using elog_type = websocketpp::log::basic<concurrency_type, websocketpp::log::elevel>;
  using alog_type = websocketpp::log::basic<concurrency_type, websocketpp::log::alevel>;
  using connection_base = LinkState;
  [[maybe_unused]] static constexpr bool enable_multithreading = false;
  static constexpr bool enable_extensions = false;
  static constexpr websocketpp::log::level elog_level = websocketpp::log::elevel::none;
  static constexpr websocketpp::log::level alog_level = websocketpp::log::alevel::none;
  static constexpr std::size_t connection_read_buffer_size = kReadBufferBytes;
  static constexpr std::size_t max_message_size = kMessageBytesMax;
  static constexpr std::size_t max_http_body_size = http::kBodyBytesMax;

  struct transport_config : websocketpp::config::core::transport_config {
    using concurrency_type = Config::concurrency_type;
    using elog_type = Config::elog_type;
    using alog_type = Config::alog_type;
    using socket_type = SocketEndpoint;
    static constexpr bool enable_multithreading = false;
    static constexpr long timeout_socket_post_init = 0;  // Ours does nothing there.
  };
  using transport_type = websocketpp::transport::asio::endpoint<transport_config>;
};
// NOLINTEND(readability-identifier-naming)

using Endpoint = websocketpp::server<Config>;
using Link = Endpoint::connection_type;
using LinkPtr = Endpoint::connection_ptr;
using Message = Config::message_type;

http::Request to_request(const Link& link) {
  const auto& parsed = link.get_request();
  http::Request request;
  request.method = parsed.get_method();
  const std::string& target = parsed.get_uri();
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != target.npos) request.query = target.substr(mark + 1);
  request.body = parsed.get_body();
  for (const auto& [name, value] : parsed.get_headers()) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    request.headers.emplace_back(std::move(lower), value);
  }
  return request;
}

// REQUIRES: the request was received and not yet answered.
void set_response(Link& link, const http::Response& response) {
  link.set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  for (const auto& [name, value] : response.headers) link.replace_header(name, value);
  if (link.get_request().get_method() != "HEAD") link.set_body(response.body);
  link.replace_header("Content-Length", std::to_string(response.body.size()));
  link.replace_header("Connection", "close");
}

// All messages of an outbound as one prepared message of websocketpp, made on first use.
std::shared_ptr<Message> prepared(const Outbound& outbound) {
  if (!outbound.prepared) {
    std::size_t bytes = 0;
    for (const std::string& text : outbound.messages) {
      bytes += frame_header_bytes(text.size()) + text.size();
    }
    const auto message = std::make_shared<Message>(Message::con_msg_man_ptr(),
                                                   websocketpp::frame::opcode::text, bytes);
    for (const std::string& text : outbound.messages) {
      append_text_frame(message->get_raw_payload(), text);
    }
    message->set_prepared(true);
    outbound.prepared = message;
  }
  return std::static_pointer_cast<Message>(outbound.prepared);
}

Link& link_of(LinkState& state) { return static_cast<Link&>(state); }

PacedSocket& LinkState::paced_socket() { return link_of(*this).get_socket(); }

std::size_t LinkState::write_messages(const Outbound& outbound) {
  const auto message = prepared(outbound);
  return link_of(*this).send(message) ? 0 : message->get_payload().size();
}

std::size_t LinkState::write_ping() {
  std::error_code error;
  link_of(*this).ping({}, error);
  return error ? 0 : frame_header_bytes(0);
}

std::size_t LinkState::write_pong(const std::string& payload) {
  std::error_code error;
  link_of(*this).pong(payload, error);
  return error ? 0 : frame_header_bytes(payload.size()) + payload.size();
}

void LinkState::write_close(CloseCode code, const std::string& reason) {
  std::error_code ignored;  // The peer is closing already.
  link_of(*this).close(static_cast<websocketpp::close::status::value>(code), reason, ignored);
}

void LinkState::drop() {
  const LinkPtr alive = link_of(*this).get_shared();
  alive->reset_on_shutdown();
  alive->terminate({});
}

// ---- One HTTP request and its response

class HttpExchange {
 public:
  explicit HttpExchange(const LinkPtr& link) : link_(link), changed_(Clock::now()) {}

  void answer(const http::Response& response) {
    const LinkPtr link = link_.lock();
    if (!link || answered_) return;
    answered_ = true;
    changed_ = Clock::now();
    try {
      std::error_code ignored;  // The client is gone.
      set_response(*link, response);
      link->send_http_response(ignored);
    } catch (const std::exception&) {  // No memory for it.
      link->drop();
    }
  }

  // Called again and again: answers in place of a late handler, drops a client that does not read.
  void sweep(Clock::time_point now, const Timing& timing) {
    const LinkPtr link = link_.lock();
    const bool written = std::exchange(written_seen_, link->get_socket().bytes_written()) !=
                         link->get_socket().bytes_written();
    if (written) changed_ = now;
    if (!answered_ && now - changed_ >= timing.response) {
      answer(http::plain_response(503,
                                  "The server did not find the time to answer; try again later."));
    } else if (answered_ && now - changed_ >= timing.ping_timeout) {
      link->drop();
    }
  }

 private:
  const std::weak_ptr<Link> link_;
  bool answered_ = false;
  Clock::time_point changed_;
  std::uint64_t written_seen_ = 0;
};

}  // namespace

// ---- The server

class WebSocketServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, Handlers handlers, std::shared_ptr<ConnectionQuota> quota,
       Timing timing)
      : context_(context),
        handlers_(std::move(handlers)),
        quota_(std::move(quota)),
        timing_(timing),
        sweep_timer_(context) {}

  void start() {
    endpoint_.init_asio(&context_);
    endpoint_.set_user_agent("");
    endpoint_.set_open_handshake_timeout(static_cast<long>(timing_.request.count()));
    endpoint_.set_close_handshake_timeout(static_cast<long>(timing_.close.count()));
    endpoint_.set_validate_handler([this](const auto& handle) {
      bool accepted = false;
      guarded(handle, [&](const LinkPtr& link) { accepted = validate(*link); });
      return accepted;
    });
    endpoint_.set_http_handler(
        [this](const auto& handle) { guarded(handle, [&](const LinkPtr& link) { http(link); }); });
    endpoint_.set_open_handler(
        [this](const auto& handle) { guarded(handle, [&](const LinkPtr& link) { open(link); }); });
    endpoint_.set_close_handler([this](const auto& handle) {
      guarded(handle, [&](const LinkPtr& link) { closed(*link); });
    });
    endpoint_.set_message_handler([this](const auto& handle, const auto& message) {
      guarded(handle, [&](const LinkPtr& link) { receive(*link->web_socket, *message); });
    });
    endpoint_.set_ping_handler([this](const auto& handle, const std::string& payload) {
      guarded(handle, [&](const LinkPtr& link) { link->web_socket->receive_ping(payload); });
      return false;  // websocketpp's own answers would be queued without a bound.
    });
    acceptor_ = std::make_shared<Acceptor>(context_, timing_.accept_backoff,
                                           [weak = weak_from_this()](Acceptor::Socket socket) {
                                             if (const auto self = weak.lock()) {
                                               self->arrived(std::move(socket));
                                             }
                                           });
  }

  Result<std::uint16_t> listen(const ListenAddress& address, Sharing sharing) {
    return acceptor_->listen(address, sharing);
  }

  void stop_accepting() {
    acceptor_->stop();
    for (const LinkPtr& link : links()) {
      if (!link->web_socket && !link->exchange) link->drop();
    }
  }

  // The owner is gone: no more events.
  void abandon() {
    handlers_ = {};
    acceptor_->stop();
    for (const LinkPtr& link : links()) {
      if (link->web_socket) link->web_socket->end();
      link->drop();
    }
  }

  [[nodiscard]] std::size_t connections() const { return open_; }

 private:
  // Runs a handler of ours; what it throws ends this connection and nothing else.
  template <typename Handler>
  void guarded(const websocketpp::connection_hdl& handle, Handler handler) {
    const LinkPtr link = std::static_pointer_cast<Link>(handle.lock());
    if (!link) return;
    try {
      handler(link);
    } catch (const std::exception&) {
      link->drop();
    }
  }

  void arrived(Acceptor::Socket socket) {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    ConnectionQuota::Ticket ticket = quota_->admit(peer.address());
    if (!ticket) return;  // Closed, which costs less than an answer.
    const LinkPtr link = endpoint_.get_connection();
    CHECK(link != nullptr);
    link->adopt(std::make_unique<PacedSocket>(std::move(socket), std::move(ticket)),
                timing_.linger);
    link->server = shared_from_this();
    link->set_termination_handler([this](const LinkPtr& ended) { forget(ended); });
    links_.insert(link);
    link->start();
    schedule_sweep();
  }

  // After the last call of any other handler of the link.
  void forget(const LinkPtr& link) {
    link->web_socket.reset();
    link->exchange.reset();
    links_.erase(link);
    if (links_.empty()) sweep_timer_.cancel();
  }

  // The refusal of any request, if it may not be served.
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request& request) const {
    if (!handlers_.refuse) return http::plain_response(503, "The server is stopping.");
    if (auto refusal = refuse_malformed(request)) return refusal;
    return handlers_.refuse(request);
  }

  bool validate(Link& link) {
    const http::Request request = to_request(link);
    std::optional<http::Response> refusal = refuse(request);
    if (!refusal) refusal = refuse_handshake(request);
    if (refusal) set_response(link, *refusal);
    return !refusal;
  }

  void open(const LinkPtr& link) {
    if (!handlers_.accept) return link->drop();
    ++open_;
    link->web_socket = std::make_shared<WebSocket>(context_, *link);
    auto events = handlers_.accept(link->web_socket, to_request(*link));
    CHECK(events != nullptr);
    link->web_socket->set_events(std::move(events));
  }

  static void receive(WebSocket& web_socket, Message& message) {
    if (message.get_opcode() == websocketpp::frame::opcode::text) {
      web_socket.receive(std::move(message.get_raw_payload()));
    } else {
      web_socket.close(CloseCode::kUnsupportedData, "Messages must be text.");
    }
  }

  void closed(Link& link) {
    if (!link.web_socket) return;
    --open_;
    if (const auto events = link.web_socket->end()) events->on_close();
  }

  void http(const LinkPtr& link) {
    link->defer_http_response();  // Its time-out would cut long downloads; sweep() measures
                                  // progress.
    const auto exchange = std::make_shared<HttpExchange>(link);
    link->exchange = exchange;
    const http::Request request = to_request(*link);
    std::optional<http::Response> refusal = refuse(request);
    if (!refusal && request.path == kWebSocketPath) {
      refusal = http::plain_response(426, "This is the place of WebSockets.");
    }
    if (refusal) return exchange->answer(*refusal);
    handlers_.http(
        request, [executor = context_.get_executor(), exchange](http::Response response) {
          asio::dispatch(
              executor, [exchange, response = std::move(response)] { exchange->answer(response); });
        });
  }

  void schedule_sweep() {
    if (sweeping_) return;
    sweeping_ = true;
    sweep_timer_.expires_after(timing_.sweep);
    sweep_timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
      self->sweeping_ = false;
      const Clock::time_point now = Clock::now();
      for (const LinkPtr& link : self->links()) {
        if (link->web_socket) link->web_socket->sweep(now, self->timing_);
        if (link->exchange) link->exchange->sweep(now, self->timing_);
      }
      if (!self->links_.empty()) self->schedule_sweep();
    });
  }

  // A copy, since what is done to one may end it or others.
  [[nodiscard]] std::vector<LinkPtr> links() const { return {links_.begin(), links_.end()}; }

  asio::io_context& context_;
  Handlers handlers_;
  const std::shared_ptr<ConnectionQuota> quota_;
  const Timing timing_;
  Endpoint endpoint_;
  std::shared_ptr<Acceptor> acceptor_;
  std::unordered_set<LinkPtr> links_;  // From accepting to the end. websocketpp holds none while it
                                       // neither reads nor writes.
  std::size_t open_ = 0;
  asio::steady_timer sweep_timer_;
  bool sweeping_ = false;
};

WebSocketServer::WebSocketServer(asio::io_context& context, Handlers handlers,
                                 std::shared_ptr<ConnectionQuota> quota, Timing timing)
    : impl_(std::make_shared<Impl>(context, std::move(handlers), std::move(quota), timing)) {
  impl_->start();
}

WebSocketServer::~WebSocketServer() { impl_->abandon(); }

Result<std::uint16_t> WebSocketServer::listen(const ListenAddress& address, Sharing sharing) {
  return impl_->listen(address, sharing);
}

void WebSocketServer::stop_accepting() { impl_->stop_accepting(); }

std::size_t WebSocketServer::connections() const { return impl_->connections(); }

}  // namespace cowrite::transport
