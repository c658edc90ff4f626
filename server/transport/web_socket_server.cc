#include "server/transport/web_socket_server.h"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <unordered_set>
#include <utility>
#include <vector>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/server.hpp>
#include <websocketpp/transport/asio/endpoint.hpp>

#include "ot/check.h"
#include "ot/utf8.h"
#include "server/limits.h"
#include "server/transport/frame.h"
#include "server/transport/handshake.h"
#include "server/transport/paced_socket.h"

namespace cowrite::server {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// --- How websocketpp is set up ---

// A socket as a websocketpp connection owns it; the names are those that websocketpp calls.
class SocketPolicy : public std::enable_shared_from_this<SocketPolicy> {
 public:
  using ptr = std::shared_ptr<SocketPolicy>;

  // Before start(). The connection's end lingers unless drop() was called.
  void adopt(std::unique_ptr<PacedSocket> socket, std::chrono::milliseconds linger) {
    socket_ = std::move(socket);
    linger_ = linger;
  }
  // The next termination drops the connection at once.
  void drop() { dropped_ = true; }
  PacedSocket& socket() { return *socket_; }

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
    if (dropped_) {
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
  bool dropped_ = false;
};

class SocketEndpoint {
 public:
  using socket_con_type = SocketPolicy;
  using socket_con_ptr = SocketPolicy::ptr;
  [[nodiscard]] bool is_secure() const { return false; }

 protected:
  std::error_code init(const socket_con_ptr&) { return {}; }
};

class WebSocket;
class Exchange;

// What we keep with each websocketpp connection.
struct LinkState {
  std::shared_ptr<void> server;  // The connection refers to its endpoint.
  std::shared_ptr<WebSocket> web_socket;
  std::shared_ptr<ConnectionEvents> events;
  std::shared_ptr<Exchange> exchange;
};

// Single-threaded, silent, without extensions.
struct Config : websocketpp::config::core {
  using concurrency_type = websocketpp::concurrency::none;
  using elog_type = websocketpp::log::basic<concurrency_type, websocketpp::log::elevel>;
  using alog_type = websocketpp::log::basic<concurrency_type, websocketpp::log::alevel>;
  using connection_base = LinkState;
  static constexpr bool enable_multithreading = false;
  static constexpr bool enable_extensions = false;
  static constexpr websocketpp::log::level elog_level = websocketpp::log::elevel::none;
  static constexpr websocketpp::log::level alog_level = websocketpp::log::alevel::none;
  static constexpr std::size_t connection_read_buffer_size = kReadBufferBytes;
  static constexpr std::size_t max_message_size = kMessageBytesMax;
  static constexpr std::size_t max_http_body_size = kRequestBodyBytesMax;

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

using Endpoint = websocketpp::server<Config>;
using Link = Endpoint::connection_type;
using LinkPtr = Endpoint::connection_ptr;
using Message = Config::message_type;

void terminate_now(Link& link) {
  link.drop();
  link.terminate({});
}

HttpRequest to_request(const Link& link) {
  const auto& parsed = link.get_request();
  HttpRequest request;
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
void set_response(Link& link, const HttpResponse& response) {
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
    for (const std::string& text : outbound.messages)
      bytes += frame_header_bytes(text.size()) + text.size();
    const auto message = std::make_shared<Message>(Message::con_msg_man_ptr(),
                                                   websocketpp::frame::opcode::text, bytes);
    for (const std::string& text : outbound.messages)
      append_text_frame(message->get_raw_payload(), text);
    message->set_prepared(true);
    outbound.prepared = message;
  }
  return std::static_pointer_cast<Message>(outbound.prepared);
}

// --- One WebSocket ---

// Of a link it holds no more than a weak pointer, so that an owner that keeps a connection keeps no
// socket.
class WebSocket final : public Connection, public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(asio::io_context& context, const LinkPtr& link)
      : context_(context), link_(link), written_before_(link->socket().bytes_written()) {}

  // Once, after construction.
  void start() {
    const LinkPtr link = link_.lock();
    link->socket().on_written = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->written();
    };
    sign_of_life_ = Clock::now();
  }

  void send(const SharedOutbound& outbound) override {
    const LinkPtr link = link_.lock();
    if (!link || closing_ || outbound->messages.empty()) return;
    const auto message = prepared(*outbound);
    if (!link->send(message)) accepted(message->get_payload().size());
  }

  void close(CloseCode code, std::string_view reason) override {
    const LinkPtr link = link_.lock();
    if (!link || closing_) return;
    closing_ = true;
    std::error_code ignored;  // The peer is closing already.
    const std::size_t bytes =
        std::min<std::size_t>(reason.size(), websocketpp::frame::limits::close_reason_size);
    link->close(static_cast<websocketpp::close::status::value>(code),
                std::string(reason.substr(0, ot::utf8::floor_boundary(reason, bytes))), ignored);
    if (paused_) link->socket().resume_reading();  // For its close frame.
  }

  void terminate() override {
    closing_ = true;
    asio::post(context_, [weak = link_] {
      if (const LinkPtr link = weak.lock()) terminate_now(*link);
    });
  }

  [[nodiscard]] std::size_t queued_bytes() const override {
    const LinkPtr link = link_.lock();
    if (!link) return 0;
    // A close frame is written and was not counted.
    const std::uint64_t written = link->socket().bytes_written() - written_before_;
    return written >= accepted_ ? 0 : static_cast<std::size_t>(accepted_ - written);
  }

  void pause_reading() override {
    paused_ = true;
    if (const LinkPtr link = link_.lock(); link && !closing_) link->socket().pause_reading();
  }

  void resume_reading() override {
    paused_ = false;
    asio::post(context_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->deliver_held();
    });
  }

  // A message arrived. Its text is taken.
  void receive(Message& message) {
    if (message.get_opcode() != websocketpp::frame::opcode::text) {
      return close(CloseCode::kUnsupportedData, "Messages must be text.");
    }
    std::string& text = message.get_raw_payload();
    if (!ot::utf8::is_valid(text)) return close(CloseCode::kInvalidData, "A message is not UTF-8.");
    if (paused_ || !held_.empty()) {
      held_.push_back(std::move(text));
    } else {
      deliver(text);
    }
  }

  // One answer at a time: who sends pings and does not read gets no queue of answers.
  void answer_ping(const std::string& payload) {
    if (queued_bytes() > 0 && accepted_ == pong_end_) return;
    const LinkPtr link = link_.lock();
    std::error_code error;
    link->pong(payload, error);
    if (error) return;
    accepted(frame_header_bytes(payload.size()) + payload.size());
    pong_end_ = accepted_;
  }

  // Called again and again: pings a silent client, drops one that stays silent.
  //
  // Bytes from the peer are a sign of life. So are bytes that the kernel takes of what was queued
  // before the ping: a long text on a slow line is no reason to hang up.
  void sweep(Clock::time_point now, const Timing& timing) {
    const LinkPtr link = link_.lock();
    const PacedSocket& socket = link->socket();
    const bool ping_queued = pinged_ && socket.bytes_written() - written_before_ < ping_end_;
    const bool written =
        std::exchange(written_seen_, socket.bytes_written()) != socket.bytes_written();
    const bool read = std::exchange(read_seen_, socket.bytes_read()) != socket.bytes_read();
    if (read || paused_) pinged_ = false;
    if (read || paused_ || (ping_queued && written)) sign_of_life_ = now;
    if (pinged_ && now - sign_of_life_ >= timing.ping_timeout) return terminate();
    if (!pinged_ && now - sign_of_life_ >= timing.ping_interval) ping(*link, now);
  }

 private:
  void ping(Link& link, Clock::time_point now) {
    std::error_code error;
    link.ping({}, error);
    if (error) return;
    accepted(frame_header_bytes(0));
    pinged_ = true;
    ping_end_ = accepted_;
    sign_of_life_ = now;
  }

  void deliver(std::string_view text) {
    const LinkPtr link = link_.lock();
    if (!link || closing_) return;
    const auto events = link->events;
    if (events) events->on_message(text);
  }

  void deliver_held() {
    while (!paused_ && !held_.empty()) {
      const std::string text = std::move(held_.front());
      held_.pop_front();
      deliver(text);
    }
    if (const LinkPtr link = link_.lock(); link && !paused_) link->socket().resume_reading();
  }

  void accepted(std::size_t bytes) {
    accepted_ += bytes;
    if (queued_bytes() > kDrainedBytes) draining_ = true;
  }

  void written() {
    if (!draining_ || queued_bytes() > kDrainedBytes) return;
    draining_ = false;
    asio::post(context_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      const LinkPtr link = self ? self->link_.lock() : nullptr;
      if (!link || self->closing_) return;
      const auto events = link->events;
      if (events) events->on_drained();
    });
  }

  asio::io_context& context_;
  const std::weak_ptr<Link> link_;
  bool closing_ = false;  // We said so; nothing but on_close() is told any more.
  bool paused_ = false;
  std::deque<std::string>
      held_;  // Arrived in one read with the message at which reading was paused.

  // All counted in bytes of the stream after the handshake.
  const std::uint64_t written_before_;
  std::uint64_t accepted_ = 0;
  std::uint64_t pong_end_ = 0;
  std::uint64_t ping_end_ = 0;
  bool draining_ = false;

  Clock::time_point sign_of_life_;
  bool pinged_ = false;
  std::uint64_t read_seen_ = 0;
  std::uint64_t written_seen_ = 0;
};

// --- One HTTP request and its response ---

class Exchange {
 public:
  explicit Exchange(const LinkPtr& link) : link_(link), changed_(Clock::now()) {}

  void answer(const HttpResponse& response) {
    const LinkPtr link = link_.lock();
    if (!link || answered_) return;
    answered_ = true;
    changed_ = Clock::now();
    try {
      std::error_code ignored;  // The client is gone.
      set_response(*link, response);
      link->send_http_response(ignored);
    } catch (const std::exception&) {  // No memory for it.
      terminate_now(*link);
    }
  }

  // Called again and again: answers in place of a handler that did not, drops a client that does
  // not read.
  void sweep(Clock::time_point now, const Timing& timing) {
    const LinkPtr link = link_.lock();
    const bool written = std::exchange(written_seen_, link->socket().bytes_written()) !=
                         link->socket().bytes_written();
    if (written) changed_ = now;
    if (!answered_ && now - changed_ >= timing.response) {
      answer(plain_response(503, "The server did not find the time to answer; try again later."));
    } else if (answered_ && now - changed_ >= timing.ping_timeout) {
      terminate_now(*link);
    }
  }

 private:
  const std::weak_ptr<Link> link_;
  bool answered_ = false;
  Clock::time_point changed_;
  std::uint64_t written_seen_ = 0;
};

}  // namespace

// --- The server ---

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
      guarded(handle, [&](const LinkPtr& link) { link->web_socket->receive(*message); });
    });
    endpoint_.set_ping_handler([this](const auto& handle, const std::string& payload) {
      guarded(handle, [&](const LinkPtr& link) { link->web_socket->answer_ping(payload); });
      return false;  // websocketpp's own answers would be queued without a bound.
    });
    acceptor_ = std::make_shared<Acceptor>(context_, timing_.accept_backoff,
                                           [weak = weak_from_this()](Acceptor::Socket socket) {
                                             if (const auto self = weak.lock())
                                               self->arrived(std::move(socket));
                                           });
  }

  Result<std::uint16_t> listen(const ListenAddress& address, Sharing sharing) {
    return acceptor_->listen(address, sharing);
  }

  void stop_accepting() {
    acceptor_->stop();
    for (const LinkPtr& link : links()) {
      if (!link->web_socket && !link->exchange) terminate_now(*link);
    }
  }

  // The owner is gone: no more events.
  void abandon() {
    handlers_ = {};
    acceptor_->stop();
    for (const LinkPtr& link : links()) {
      link->events.reset();
      terminate_now(*link);
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
      terminate_now(*link);
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
  [[nodiscard]] std::optional<HttpResponse> refuse(const HttpRequest& request) const {
    if (!handlers_.refuse) return plain_response(503, "The server is stopping.");
    if (auto refusal = refuse_malformed(request)) return refusal;
    return handlers_.refuse(request);
  }

  bool validate(Link& link) {
    const HttpRequest request = to_request(link);
    std::optional<HttpResponse> refusal = refuse(request);
    if (!refusal) refusal = refuse_handshake(request);
    if (refusal) set_response(link, *refusal);
    return !refusal;
  }

  void open(const LinkPtr& link) {
    if (!handlers_.accept) return terminate_now(*link);
    ++open_;
    link->web_socket = std::make_shared<WebSocket>(context_, link);
    link->web_socket->start();
    link->events = handlers_.accept(link->web_socket, to_request(*link));
    CHECK(link->events != nullptr);
  }

  void closed(Link& link) {
    --open_;
    if (const auto events = std::exchange(link.events, nullptr)) events->on_close();
  }

  void http(const LinkPtr& link) {
    link->defer_http_response();  // Its time-out would cut long downloads; sweep() measures
                                  // progress.
    const auto exchange = std::make_shared<Exchange>(link);
    link->exchange = exchange;
    const HttpRequest request = to_request(*link);
    std::optional<HttpResponse> refusal = refuse(request);
    if (!refusal && request.path == kWebSocketPath)
      refusal = plain_response(426, "This is the place of WebSockets.");
    if (refusal) return exchange->answer(*refusal);
    handlers_.http(request, [executor = context_.get_executor(), exchange](HttpResponse response) {
      asio::dispatch(executor,
                     [exchange, response = std::move(response)] { exchange->answer(response); });
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

}  // namespace cowrite::server
