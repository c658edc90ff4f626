// Acceptor: listens on one address and hands out accepted sockets. Belongs to the thread of its
// loop.
//
// Our own because websocketpp's spins when file descriptors run out.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::transport {

inline constexpr std::string_view kErrListen = "ERR_LISTEN";

struct ListenAddress {
  std::string host;  // An IP address or a name that resolves to one.
  std::uint16_t port = 0;
};

// Several loops of one process share an address (SO_REUSEPORT): the kernel spreads the clients over
// them. The first of them binds without that option, so that a second process on the same address
// fails instead of silently taking a part of the clients.
enum class Sharing { kFirst, kJoin };

class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  // `after_event` is called after some sockets were handed out. REQUIRES: owned by a shared_ptr.
  Acceptor(boost::asio::io_context& context, std::chrono::milliseconds backoff,
           std::function<void(Socket)> accepted, std::function<void()> after_event);

  // Returns the bound port. Once per acceptor.
  [[nodiscard]] Result<std::uint16_t> listen(const ListenAddress& address, Sharing sharing);
  void stop();

 private:
  void accept();
  [[nodiscard]] bool accept_waiting();
  void back_off();

  boost::asio::io_context& context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds backoff_;
  std::function<void(Socket)> accepted_;
  std::function<void()> after_event_;
};

}  // namespace cowrite::transport
