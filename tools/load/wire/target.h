// Target: the server under load.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "ot/base/result.h"

namespace cowrite::load {

inline constexpr std::string_view kErrUrl = "ERR_LOAD_URL";

struct Target {
  std::string url;   // As it was given.
  std::string host;  // For the Host header, with the port.
  std::string path;  // Of the WebSocket.
  boost::asio::ip::tcp::endpoint endpoint;
};

// "http://127.0.0.1:8080" is a cowrite-server, with or without a base path, and its WebSocket is
// /ws below it; "ws://127.0.0.1:7000/" is a WebSocket as it stands. Looks up the host's name. Fails
// with kErrUrl.
[[nodiscard]] Result<Target> find_target(const std::string& url);

}  // namespace cowrite::load
