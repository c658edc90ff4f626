#include "server/transport/web_socket_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ot/base/check.h"
#include "server/http/errors.h"
#include "server/http/responses.h"
#include "server/loop/fair_turns.h"
#include "server/transport/handshake.h"
#include "server/transport/limits.h"
#include "server/transport/websocketpp/endpoint.h"

namespace cowrite::transport {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

class WebSocketServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, Handlers handlers, std::shared_ptr<ConnectionQuota> quota,
       Timing timing, Memory memory)
      : context_(context),
        handlers_(std::move(handlers)),
        quota_(std::move(quota)),
        timing_(timing),
        input_bytes_(memory.input_bytes),
        output_(std::make_shared<Output>(
            context, memory.output_bytes, counts_.output_bytes, [this] { make_room(); },
            handlers_.after_event)),
        sweep_timer_(context) {}

  void start();
  Result<std::uint16_t> listen(const ListenAddress& address, Sharing sharing);
  void stop_accepting();
  // The owner is gone: no more events.
  void abandon();
  void drop_stalled();
  [[nodiscard]] bool has_output_room() const { return !output_->full(); }
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  using MessagePtr = Endpoint::message_ptr;

  // In the order of a connection's life.
  void on_accepted(Acceptor::Socket socket);
  void on_request(const RawConnectionPtr& connection);
  bool on_handshake(const RawConnectionPtr& connection);
  void on_open(const RawConnectionPtr& connection);
  void on_message(const RawConnectionPtr& connection, const MessagePtr& message);
  bool on_ping(const RawConnectionPtr& connection, const std::string& payload);
  void on_close(const RawConnectionPtr& connection);
  void on_end(const RawConnectionPtr& connection);

  // A handler as websocketpp calls it: what it throws ends its connection and nothing else.
  template <typename Returned, typename... Arguments>
  auto guarded(Returned (Impl::*handler)(const RawConnectionPtr&, Arguments...)) {
    return [this, handler](const websocketpp::connection_hdl& handle,
                           Arguments... arguments) -> Returned {
      const auto connection = std::static_pointer_cast<RawConnection>(handle.lock());
      if (!connection) return Returned();
      try {
        return (this->*handler)(connection, arguments...);
      } catch (const std::exception&) {
        connection->drop();
        return Returned();
      }
    };
  }

  void set_payer(RawConnection& connection, const std::optional<Network>& network);
  bool admit_client(RawConnection& connection, const asio::ip::address& client);
  [[nodiscard]] std::optional<Error> find_client(RawConnection& connection);
  [[nodiscard]] bool takes_body(const RawConnection& connection) const;
  [[nodiscard]] std::optional<http::Response> refuse(const RawConnection& connection,
                                                     http::Request& request) const;
  void count(const http::Response& response);
  void make_room();
  void drop_in_turns(std::vector<RawConnectionPtr> connections);
  void drop_some();
  void serve_input();
  void schedule_sweep();
  void begin_sweep();
  void sweep();
  void sweep_message(const RawConnectionPtr& connection);
  void end_largest_message();

  // A pass over the connections.
  struct Sweep {
    Clock::time_point now;
    std::vector<RawConnectionPtr> rest;
    // Of the messages that arrive slowly: what those hold that are ended already, and the largest
    // of the others.
    std::uint64_t coming = 0;
    RawConnectionPtr largest_message;
  };

  // Calls it in a turn of its own.
  void post(std::function<void()> step);
  void post(void (Impl::*step)()) {
    post([this, step] { (this->*step)(); });
  }

  // A copy, since what is done to one may end it or others.
  [[nodiscard]] std::vector<RawConnectionPtr> connections() const {
    return {connections_.begin(), connections_.end()};
  }

  asio::io_context& context_;
  Handlers handlers_;
  const std::shared_ptr<ConnectionQuota> quota_;
  const Timing timing_;
  const std::uint64_t input_bytes_;
  std::shared_ptr<InputBudget> input_;
  std::shared_ptr<loop::FairTurns> read_turns_;
  Counts counts_;
  const std::shared_ptr<Output> output_;
  Endpoint endpoint_;
  std::array<std::shared_ptr<Acceptor>, kListenQueues> acceptors_;
  // From accepting to the end: websocketpp holds none while it neither reads nor writes.
  std::unordered_set<RawConnectionPtr> connections_;
  std::vector<RawConnectionPtr> dropping_;  // In turns, the last first.
  asio::steady_timer sweep_timer_;
  bool sweep_scheduled_ = false;  // Or under way.
  Sweep sweep_;
  std::atomic<bool> abandoned_ = false;
};

// ---- Start and end

void WebSocketServer::Impl::start() {
  input_ = std::make_shared<InputBudget>(input_bytes_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->serve_input();
  });
  read_turns_ = std::make_shared<loop::FairTurns>(
      kReadTurnNs, [weak = weak_from_this()](const std::function<void()>& take_turn) {
        if (const auto self = weak.lock()) self->post(take_turn);
      });
  endpoint_.init_asio(&context_);
  endpoint_.set_user_agent("");
  endpoint_.set_open_handshake_timeout(static_cast<long>(timing_.request.count()));
  endpoint_.set_close_handshake_timeout(static_cast<long>(timing_.close.count()));
  endpoint_.set_http_handler(guarded(&Impl::on_request));
  endpoint_.set_validate_handler(guarded(&Impl::on_handshake));
  endpoint_.set_open_handler(guarded(&Impl::on_open));
  endpoint_.set_message_handler(guarded(&Impl::on_message));
  endpoint_.set_ping_handler(guarded(&Impl::on_ping));
  endpoint_.set_close_handler(guarded(&Impl::on_close));
  auto accepted = [weak = weak_from_this()](Acceptor::Socket socket) {
    if (const auto self = weak.lock()) self->on_accepted(std::move(socket));
  };
  for (std::shared_ptr<Acceptor>& acceptor : acceptors_) {
    acceptor = std::make_shared<Acceptor>(context_, timing_.accept_backoff, accepted,
                                          handlers_.after_event);
  }
}

// The first has the address, or joins those of other loops; the others join it.
Result<std::uint16_t> WebSocketServer::Impl::listen(const ListenAddress& address, Sharing sharing) {
  Result<std::uint16_t> port = acceptors_.front()->listen(address, sharing);
  for (std::size_t i = 1; port && i < acceptors_.size(); ++i) {
    port = acceptors_[i]->listen({address.host, *port}, Sharing::kJoin);
  }
  return port;
}

void WebSocketServer::Impl::stop_accepting() {
  for (const auto& acceptor : acceptors_) acceptor->stop();
  for (const RawConnectionPtr& connection : connections()) {
    if (!connection->web_socket && !connection->exchange) connection->drop();
  }
}

void WebSocketServer::Impl::abandon() {
  abandoned_ = true;
  handlers_ = {};
  output_->stop();
  read_turns_->clear();
  for (const auto& acceptor : acceptors_) acceptor->stop();
  for (const RawConnectionPtr& connection : connections()) {
    if (connection->web_socket) connection->web_socket->end();
    connection->drop();
  }
}

// ---- The life of a connection

void WebSocketServer::Impl::on_accepted(Acceptor::Socket socket) {
  boost::system::error_code error;
  const asio::ip::address peer = socket.remote_endpoint(error).address();
  if (error) return;
  const bool proxied = handlers_.trusted_proxies.trusts(peer);
  ConnectionQuota::Slot place = quota_->admit();
  ConnectionQuota::Slot of_address = place && !proxied ? quota_->admit_from(peer) : place;
  if (!of_address) {  // Closed, which costs less than an answer.
    if (handlers_.turned_away) handlers_.turned_away(peer.to_string());
    return;
  }
  const RawConnectionPtr connection = endpoint_.get_connection();
  CHECK(connection != nullptr);
  connection->adopt(std::make_unique<PacedSocket>(std::move(socket), std::move(place), counts_,
                                                  read_turns_, input_, handlers_.after_event),
                    timing_.linger);
  PacedSocket& paced_socket = connection->paced_socket();
  paced_socket.before_read = [raw = connection.get()] { raw->invite_body(); };
  paced_socket.on_failure = [raw = connection.get()] { raw->drop(); };
  if (!proxied) paced_socket.hold(std::move(of_address));
  // Ours; websocketpp shows it as a constant.
  auto& request = const_cast<RawRequest&>(connection->get_request());
  request.takes_body = [this, raw = connection.get()] { return takes_body(*raw); };
  if (proxied) {
    request.on_head = [this, raw = connection.get()] { return find_client(*raw); };
    paced_socket.on_preamble = [this, raw = connection.get()](const auto& client) {
      return !client || admit_client(*raw, *client);
    };
  }
  connection->server = shared_from_this();
  connection->output = output_;
  if (handlers_.opened) connection->number = handlers_.opened(peer.to_string());
  set_payer(*connection, proxied ? std::nullopt : network_of(peer));
  connection->set_termination_handler([this](const RawConnectionPtr& ended) { on_end(ended); });
  connections_.insert(connection);
  connection->start();
  schedule_sweep();
}

void WebSocketServer::Impl::on_request(const RawConnectionPtr& connection) {
  // websocketpp's timeout would cut off long downloads; sweep() measures progress.
  connection->defer_http_response();
  http::Request request = connection->request();
  std::optional<http::Response> refusal = refuse(*connection, request);
  const Error late{http::kErrBusy, "the server did not find the time to answer; try again later"};
  const auto exchange = std::make_shared<HttpExchange>(
      connection, output_, request.method == "HEAD", http::refusal(request, late),
      [this](const http::Response& response) { count(response); });
  connection->exchange = exchange;
  if (!refusal && request.path == kWebSocketPath) {
    refusal = http::plain_response(426, "This path serves WebSockets only.");
  }
  if (refusal) return exchange->respond(*std::move(refusal));
  handlers_.http(request, [executor = context_.get_executor(), exchange](http::Response response) {
    asio::dispatch(executor, [exchange, response = std::move(response)]() mutable {
      exchange->respond(std::move(response));
    });
  });
}

// Whether the WebSocket may be opened; if not, websocketpp sends the refusal.
bool WebSocketServer::Impl::on_handshake(const RawConnectionPtr& connection) {
  http::Request request = connection->request();
  std::optional<http::Response> refusal = refuse(*connection, request);
  if (!refusal) refusal = refuse_handshake(request);
  if (!refusal && !handlers_.accept) {
    refusal = http::plain_response(404, "No WebSockets are served here.");
  }
  if (!refusal) return true;
  count(*refusal);
  connection->set_response(*refusal);
  return false;
}

void WebSocketServer::Impl::on_open(const RawConnectionPtr& connection) {
  if (!handlers_.accept) return connection->drop();
  counts_.web_sockets.add();
  counts_.web_sockets_opened.add();
  connection->web_socket = std::make_shared<WebSocket>(context_, *connection, counts_, output_);
  PacedSocket& paced_socket = connection->paced_socket();
  paced_socket.before_read = nullptr;
  paced_socket.intake().begin_frames();
  paced_socket.intake().on_too_big = [web_socket = connection->web_socket.get()] {
    web_socket->refuse_message(CloseCode::kTooBig, "A message may have 8 MiB.");
  };
  auto events = handlers_.accept(connection->web_socket, connection->request());
  CHECK(events != nullptr);
  connection->web_socket->set_events(std::move(events));
}

void WebSocketServer::Impl::on_message(const RawConnectionPtr& connection,
                                       const MessagePtr& message) {
  if (message->get_opcode() == websocketpp::frame::opcode::text) {
    connection->web_socket->receive(std::move(message->get_raw_payload()),
                                    connection->paced_socket().intake().take_grant());
  } else {
    connection->web_socket->close(CloseCode::kUnsupportedData, "Messages must be text.");
  }
}

// Always false: websocketpp's own answers would be queued without a bound.
bool WebSocketServer::Impl::on_ping(const RawConnectionPtr& connection,
                                    const std::string& payload) {
  connection->web_socket->receive_ping(payload);
  return false;
}

void WebSocketServer::Impl::on_close(const RawConnectionPtr& connection) {
  if (!connection->web_socket) return;
  counts_.web_sockets.subtract();
  if (const auto events = connection->web_socket->end()) events->on_close();
}

// After the last call of any other handler of the connection.
void WebSocketServer::Impl::on_end(const RawConnectionPtr& connection) {
  connection->web_socket.reset();
  connection->exchange.reset();
  connection->paced_socket().intake().take_grant().give_back();
  connections_.erase(connection);
  if (handlers_.ended) handlers_.ended(connection->number);
  if (connections_.empty()) sweep_timer_.cancel();
}

void WebSocketServer::Impl::set_payer(RawConnection& connection,
                                      const std::optional<Network>& network) {
  connection.payer = handlers_.payers.of(network, connection.number);
  connection.paced_socket().set_payer(connection.payer);
}

// Whom a trusted proxy names is the one that has a limit and pays. It may be a proxy itself.
bool WebSocketServer::Impl::admit_client(RawConnection& connection,
                                         const asio::ip::address& client) {
  if (handlers_.named) handlers_.named(connection.number, client.to_string());
  if (handlers_.trusted_proxies.trusts(client)) return true;
  ConnectionQuota::Slot of_address = quota_->admit_from(client);
  if (!of_address) {
    if (handlers_.turned_away) handlers_.turned_away(client.to_string());
    return false;
  }
  connection.paced_socket().hold(std::move(of_address));
  set_payer(connection, network_of(client));
  connection.is_client_known = true;
  return true;
}

std::optional<Error> WebSocketServer::Impl::find_client(RawConnection& connection) {
  if (connection.is_client_known) return std::nullopt;
  const auto client = forwarded_client(connection.request(), handlers_.trusted_proxies);
  if (!client) return client.error();
  if (!*client || admit_client(connection, **client)) return std::nullopt;
  return Error{http::kErrBusy, "Your address has too many connections; close some."};
}

bool WebSocketServer::Impl::takes_body(const RawConnection& connection) const {
  http::Request request = connection.request();
  return !cut_base_path(request, handlers_.base_path) && handlers_.takes_body &&
         handlers_.takes_body(request);
}

// The refusal of any request, if it may not be served; if it may, its path is from here on the one
// below the base path. A body that is not read is refused where the request could be served without
// it; else the handler has a better reason.
std::optional<http::Response> WebSocketServer::Impl::refuse(const RawConnection& connection,
                                                            http::Request& request) const {
  const RawRequest& raw = connection.get_request();
  std::optional<Error> error = raw.fault();
  if (!error) {
    if (request.path.starts_with('/')) {
      if (auto elsewhere = cut_base_path(request, handlers_.base_path)) return elsewhere;
    }
    error = refuse_malformed(request);
  }
  if (!error) {
    error = handlers_.refuse ? handlers_.refuse(request)
                             : Error{http::kErrBusy, "the server is stopping"};
  }
  if (!error && raw.refuses_body() && request.only_reads()) {
    error = Error{http::kErrBodyTooLarge, "A request that only reads has no body here."};
  }
  if (error) return http::refusal(request, *error);
  return std::nullopt;
}

// After the end of the owner there is nobody to be told.
void WebSocketServer::Impl::count(const http::Response& response) {
  const auto hundreds = static_cast<std::size_t>(response.status) / 100;
  counts_.responses.at(hundreds).add();
  if (!response.error_code.empty() && handlers_.on_refused) {
    handlers_.on_refused(response.error_code);
  }
}

// ---- Room

// Drops connections until what they have queued is more than what there is too much, and a quarter
// of the bound, so that this is not done again at once. What they share with others stays.
void WebSocketServer::Impl::make_room() {
  if (!dropping_.empty()) return drop_some();
  struct Holder {
    bool stalled = false;
    std::size_t bytes = 0;
    RawConnectionPtr connection;
  };
  std::vector<Holder> holders;
  holders.reserve(connections_.size());
  for (const RawConnectionPtr& connection : connections_) {
    const std::size_t bytes = connection->queued_bytes();
    if (bytes < kPieceMarkBytes) continue;  // It would make no difference.
    holders.push_back({connection->stalled(), bytes, connection});
  }
  std::sort(holders.begin(), holders.end(), [](const Holder& a, const Holder& b) {
    return a.stalled != b.stalled ? a.stalled : a.bytes > b.bytes;
  });
  const std::size_t wanted = output_->bytes() - output_->bytes_max() + output_->bytes_max() / 4;
  std::size_t found = 0;
  std::vector<RawConnectionPtr> chosen;
  for (Holder& holder : holders) {
    if (found >= wanted) break;
    found += holder.bytes;
    chosen.push_back(std::move(holder.connection));
  }
  drop_in_turns(std::move(chosen));
}

void WebSocketServer::Impl::drop_stalled() {
  std::vector<RawConnectionPtr> chosen = connections();
  std::erase_if(chosen, [](const RawConnectionPtr& connection) {
    return !connection->stalled() || !connection->sends_long();
  });
  drop_in_turns(std::move(chosen));
}

// The first first.
void WebSocketServer::Impl::drop_in_turns(std::vector<RawConnectionPtr> connections) {
  std::reverse(connections.begin(), connections.end());
  dropping_.insert(dropping_.begin(), connections.begin(), connections.end());
  drop_some();
}

void WebSocketServer::Impl::drop_some() {
  for (std::size_t i = 0; i < kConnectionsPerTurn && !dropping_.empty(); ++i) {
    const RawConnectionPtr connection = std::move(dropping_.back());
    dropping_.pop_back();
    if (!connections_.contains(connection)) continue;
    counts_.dropped_for_room.add();
    connection->drop();
  }
  if (!dropping_.empty()) post(&Impl::drop_some);
}

// ---- Timeouts

void WebSocketServer::Impl::schedule_sweep() {
  if (std::exchange(sweep_scheduled_, true)) return;
  sweep_timer_.expires_after(timing_.sweep);
  sweep_timer_.async_wait(
      [self = shared_from_this()](const boost::system::error_code&) { self->begin_sweep(); });
}

void WebSocketServer::Impl::begin_sweep() {
  try {
    sweep_ = {.now = Clock::now(), .rest = connections()};
  } catch (const std::exception&) {  // No memory; there is a next time.
  }
  sweep();
}

// Some in each turn of the loop, since what is found may end each of them.
void WebSocketServer::Impl::sweep() {
  try {
    for (std::size_t i = 0; i < kConnectionsPerTurn && !sweep_.rest.empty(); ++i) {
      const RawConnectionPtr connection = std::move(sweep_.rest.back());
      sweep_.rest.pop_back();
      if (connection->web_socket) sweep_message(connection);
      if (connection->web_socket) connection->web_socket->sweep(sweep_.now, timing_);
      if (connection->exchange) connection->exchange->sweep(sweep_.now, timing_);
    }
    if (!sweep_.rest.empty()) return post(&Impl::sweep);
    end_largest_message();
  } catch (const std::exception&) {
  }
  sweep_ = {};
  sweep_scheduled_ = false;
  counts_.input_bytes.set(input_->bytes());
  if (!connections_.empty()) schedule_sweep();
}

// Ends a message that does not arrive.
void WebSocketServer::Impl::sweep_message(const RawConnectionPtr& connection) {
  PacedSocket& paced_socket = connection->paced_socket();
  Intake& intake = paced_socket.intake();
  intake.look(sweep_.now, paced_socket.holds_reading() ? ArrivalWatch::Reading::kHeld
                                                       : ArrivalWatch::Reading::kOn);
  const RawConnectionPtr& largest = sweep_.largest_message;
  if (intake.is_stopped()) {
    sweep_.coming += intake.holds();
  } else if (intake.is_late(timing_)) {
    connection->web_socket->refuse_message(CloseCode::kTooSlow,
                                           "A message did not arrive whole in time.");
  } else if (intake.is_stalled(timing_) &&
             intake.holds() > (largest ? largest->paced_socket().intake().holds() : 0)) {
    sweep_.largest_message = connection;
  }
}

// Where others wait for room, the largest of the messages that could arrive sooner makes room,
// unless much is on its way.
void WebSocketServer::Impl::end_largest_message() {
  input_->serve();  // What has ended may be room enough.
  const RawConnectionPtr largest = std::move(sweep_.largest_message);
  if (largest && largest->web_socket && sweep_.coming < kMessageBytesMax / 2 &&
      input_->is_waited_for()) {
    largest->web_socket->refuse_message(
        CloseCode::kTryAgainLater, "A message arrives slowly, and others wait for its memory.");
  }
}

// Soon, and not inside what has given room back.
void WebSocketServer::Impl::serve_input() {
  if (abandoned_) return;
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->input_->serve();
  });
}

void WebSocketServer::Impl::post(std::function<void()> step) {
  asio::post(context_, [weak = weak_from_this(), step = std::move(step)] {
    const auto self = weak.lock();
    if (!self || self->abandoned_) return;
    step();
    if (self->handlers_.after_event) self->handlers_.after_event();
  });
}

// ---- WebSocketServer

WebSocketServer::WebSocketServer(asio::io_context& context, Handlers handlers,
                                 std::shared_ptr<ConnectionQuota> quota, Timing timing,
                                 Memory memory)
    : impl_(
          std::make_shared<Impl>(context, std::move(handlers), std::move(quota), timing, memory)) {
  impl_->start();
}

WebSocketServer::~WebSocketServer() { impl_->abandon(); }

Result<std::uint16_t> WebSocketServer::listen(const ListenAddress& address, Sharing sharing) {
  return impl_->listen(address, sharing);
}

void WebSocketServer::drop_stalled() { impl_->drop_stalled(); }

bool WebSocketServer::has_output_room() const { return impl_->has_output_room(); }

void WebSocketServer::stop_accepting() { impl_->stop_accepting(); }

const Counts& WebSocketServer::counts() const { return impl_->counts(); }

}  // namespace cowrite::transport
