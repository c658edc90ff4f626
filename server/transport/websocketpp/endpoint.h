// The websocketpp that we use: single-threaded, silent, without extensions, on our own sockets.
#pragma once

#include <cstddef>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/server.hpp>
#include <websocketpp/transport/asio/endpoint.hpp>

#include "server/http/limits.h"
#include "server/transport/limits.h"
#include "server/transport/websocketpp/connection_state.h"
#include "server/transport/websocketpp/raw_request.h"
#include "server/transport/websocketpp/socket_policy.h"

namespace cowrite::transport {

// NOLINTBEGIN(readability-identifier-naming): the library's names
struct EndpointConfig : websocketpp::config::core {
  using concurrency_type = websocketpp::concurrency::none;
  using elog_type = websocketpp::log::basic<concurrency_type, websocketpp::log::elevel>;
  using alog_type = websocketpp::log::basic<concurrency_type, websocketpp::log::alevel>;
  using request_type = RawRequest;
  using connection_base = ConnectionState;
  [[maybe_unused]] static constexpr bool enable_multithreading = false;
  static constexpr bool enable_extensions = false;
  static constexpr websocketpp::log::level elog_level = websocketpp::log::elevel::none;
  static constexpr websocketpp::log::level alog_level = websocketpp::log::alevel::none;
  static constexpr std::size_t connection_read_buffer_size = kReadBufferBytes;
  static constexpr std::size_t max_message_size = kMessageBytesMax;
  static constexpr std::size_t max_http_body_size = http::kBodyBytesMax;

  struct transport_config : websocketpp::config::core::transport_config {
    using concurrency_type = EndpointConfig::concurrency_type;
    using elog_type = EndpointConfig::elog_type;
    using alog_type = EndpointConfig::alog_type;
    using socket_type = SocketEndpoint;
    static constexpr bool enable_multithreading = false;
    static constexpr long timeout_socket_post_init = 0;  // Ours does nothing there.
  };
  using transport_type = websocketpp::transport::asio::endpoint<transport_config>;
};
// NOLINTEND(readability-identifier-naming)

using Endpoint = websocketpp::server<EndpointConfig>;

// A client's connection as websocketpp has it, from accepting to the end. Derives from
// ConnectionState and SocketPolicy.
using RawConnection = Endpoint::connection_type;
using RawConnectionPtr = Endpoint::connection_ptr;

}  // namespace cowrite::transport
