#include "server/transport/paced_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <boost/asio/steady_timer.hpp>

#include "server/transport/limits.h"
#include "server/transport/preamble.h"

namespace cowrite::transport {

namespace asio = boost::asio;

namespace {

// Discards what arrives on a socket whose sending side has ended, until the peer ends too or the
// time is up.
class Lingering : public std::enable_shared_from_this<Lingering> {
 public:
  Lingering(PacedSocket::Socket socket, ConnectionQuota::Slot slot,
            std::function<void()> after_event)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        slot_(std::move(slot)),
        after_event_(std::move(after_event)) {}

  void start(std::chrono::milliseconds linger) {
    timer_.expires_after(linger);
    timer_.async_wait([self = shared_from_this()](const PacedSocket::ErrorCode& error) {
      if (!error) self->close();
    });
    discard();
  }

 private:
  void discard() {
    socket_.async_read_some(
        asio::buffer(buffer_),
        [self = shared_from_this()](const PacedSocket::ErrorCode& error, std::size_t) {
          if (!error) {
            self->discard();
          } else {
            self->timer_.cancel();
            self->close();
          }
          if (self->after_event_) self->after_event_();
        });
  }

  void close() {
    PacedSocket::ErrorCode ignored;
    socket_.close(ignored);
  }

  PacedSocket::Socket socket_;
  asio::steady_timer timer_;
  ConnectionQuota::Slot slot_;
  const std::function<void()> after_event_;
  std::array<char, 4'096> buffer_;
};

}  // namespace

PacedSocket::PacedSocket(Socket socket, ConnectionQuota::Slot slot, Counts& counts,
                         std::shared_ptr<loop::FairTurns> turns,
                         std::shared_ptr<InputBudget> budget, std::function<void()> after_event)
    : socket_(std::move(socket)),
      slot_(std::move(slot)),
      counts_(counts),
      turns_(std::move(turns)),
      after_event_(std::move(after_event)),
      intake_(std::move(budget)) {
  intake_.on_room = [this] {
    if (before_read) before_read();
    go_on();
  };
  // Best effort: without them the connection is slower, or holds more of the kernel's memory.
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  const int unsent_bytes_max = kUnsentBytesMax;
  (void)::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes_max,
                     sizeof unsent_bytes_max);
}

void PacedSocket::write_at_once(std::string_view bytes) {
  ErrorCode ignored;  // The client is gone.
  const std::size_t written = socket_.write_some(asio::buffer(bytes), ignored);
  bytes_written_ += written;
  counts_.bytes_sent.add(written);
}

void PacedSocket::resume_reading() {
  paused_ = false;
  go_on();
}

void PacedSocket::go_on() {
  if (!held_) return;
  asio::post(socket_.get_executor(), std::move(held_));
  held_ = nullptr;
}

bool PacedSocket::take_preamble(std::string_view data) {
  preamble_ += data;
  const Preamble found = read_preamble(preamble_);
  if (found.verdict == Preamble::Verdict::kUndecided) return true;
  rest_ = std::exchange(preamble_, {}).substr(found.bytes);
  const auto on_known = std::exchange(on_preamble, nullptr);
  return found.verdict != Preamble::Verdict::kMalformed && on_known(found.client);
}

// Ending the connection in order takes memory, too.
void PacedSocket::fail() {
  try {
    if (on_failure) on_failure();
  } catch (const std::exception&) {
    abort();
  }
}

void PacedSocket::abort() {
  const auto forgotten = std::move(held_);  // Last, since it may be what keeps the socket alive.
  held_ = nullptr;
  ErrorCode ignored;
  socket_.set_option(Socket::linger(true, 0), ignored);
  socket_.close(ignored);
  slot_.reset();
}

void PacedSocket::finish(std::chrono::milliseconds linger) {
  const auto forgotten = std::move(held_);
  held_ = nullptr;
  if (!socket_.is_open()) return;
  ErrorCode error;
  socket_.cancel(error);
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return abort();
  std::make_shared<Lingering>(std::move(socket_), std::move(slot_), after_event_)->start(linger);
}

}  // namespace cowrite::transport
