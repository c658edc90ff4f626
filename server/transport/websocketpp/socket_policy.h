// How websocketpp gets its sockets: it owns a PacedSocket that we accepted, and ends it as we say.
// The names are those that websocketpp calls.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/transport/base/connection.hpp>
#include <websocketpp/uri.hpp>

#include "server/transport/paced_socket.h"

namespace cowrite::transport {

// A base of each websocketpp connection.
class SocketPolicy : public std::enable_shared_from_this<SocketPolicy> {
 public:
  using ptr = std::shared_ptr<SocketPolicy>;

  // To be called before start(). The socket lingers at the end, unless reset_on_shutdown() was
  // called.
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
  using ShutDown = std::function<void(const boost::system::error_code&)>;

  std::error_code init_asio(boost::asio::io_context*,
                            const std::shared_ptr<boost::asio::io_context::strand>&, bool) {
    return {};
  }
  void set_handle(const websocketpp::connection_hdl&) {}
  void set_uri(const websocketpp::uri_ptr&) {}
  void pre_init(const Done& done) { done({}); }
  void post_init(const Done& done) { done({}); }
  boost::system::error_code cancel_socket() { return {}; }
  [[nodiscard]] std::error_code get_ec() const { return {}; }
  void async_shutdown(const ShutDown& done) {
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

// A base of websocketpp's endpoint, which names the policy.
class SocketEndpoint {
 public:
  using socket_con_type = SocketPolicy;
  using socket_con_ptr = SocketPolicy::ptr;
  [[nodiscard]] bool is_secure() const { return false; }

 protected:
  std::error_code init(const socket_con_ptr&) { return {}; }
};

}  // namespace cowrite::transport
