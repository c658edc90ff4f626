#include "server/transport/acceptor.h"

#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "ot/base/check.h"
#include "server/transport/limits.h"

namespace cowrite::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

error_code share_port(tcp::acceptor& acceptor) {
  const int on = 1;
  if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) {
    return {};
  }
  return {errno, boost::system::system_category()};
}

// In the order that the kernel wants them: both options before bind() to join, the port shared only
// after it to be first.
error_code bind_and_listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint,
                           Sharing sharing) {
  error_code error;
  if (acceptor.open(endpoint.protocol(), error)) return error;
  if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return error;
  if (sharing == Sharing::kJoin && (error = share_port(acceptor))) return error;
  if (acceptor.bind(endpoint, error)) return error;
  if (sharing == Sharing::kFirst && (error = share_port(acceptor))) return error;
  return acceptor.listen(asio::socket_base::max_listen_connections, error);
}

Error listen_error(const ListenAddress& address, const error_code& error) {
  return {kErrListen, "Cannot listen on " + address.host + " port " + std::to_string(address.port) +
                          ": " + error.message() + "."};
}

}  // namespace

Acceptor::Acceptor(asio::io_context& context, std::chrono::milliseconds backoff,
                   std::function<void(Socket)> accepted, std::function<void()> after_event)
    : context_(context),
      acceptor_(context),
      timer_(context),
      backoff_(backoff),
      accepted_(std::move(accepted)),
      after_event_(std::move(after_event)) {}

Result<std::uint16_t> Acceptor::listen(const ListenAddress& address, Sharing sharing) {
  CHECK(!acceptor_.is_open());
  error_code error;
  tcp::resolver resolver(context_);
  const auto endpoints =
      resolver.resolve(address.host, std::to_string(address.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return listen_error(address, error);
  error = bind_and_listen(acceptor_, endpoints.begin()->endpoint(), sharing);
  if (!error) acceptor_.non_blocking(true, error);
  // Else accept() would wait for another connection when one is gone already.
  if (!error) acceptor_.set_option(asio::socket_base::enable_connection_aborted(true), error);
  if (error) {
    acceptor_.close();
    return listen_error(address, error);
  }
  accept();
  return acceptor_.local_endpoint().port();
}

void Acceptor::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
}

void Acceptor::accept() {
  acceptor_.async_accept([self = shared_from_this()](const error_code& error, Socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (error == asio::error::connection_aborted) return self->accept();
    if (error) return self->back_off();
    bool goes_on = false;
    try {
      self->accepted_(std::move(socket));
      goes_on = self->accept_waiting();
    } catch (const std::exception&) {  // No memory for it.
    }
    if (self->after_event_) self->after_event_();
    if (!self->acceptor_.is_open()) return;
    goes_on ? self->accept() : self->back_off();
  });
}

// Those that wait already, some of them: each turn of a busy loop takes its time, and a crowd that
// comes back would wait for as many. False if the system refuses to.
bool Acceptor::accept_waiting() {
  for (std::size_t i = 1; i < kAcceptedAtOnce && acceptor_.is_open(); ++i) {
    error_code error;
    Socket socket = acceptor_.accept(error);
    if (error == asio::error::connection_aborted) continue;
    if (error == asio::error::would_block) return true;
    if (error) return false;
    accepted_(std::move(socket));
  }
  return true;
}

void Acceptor::back_off() {
  timer_.expires_after(backoff_);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error && self->acceptor_.is_open()) self->accept();
  });
}

}  // namespace cowrite::transport
