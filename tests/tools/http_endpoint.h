// HttpEndpoint: the server's own HTTP front on a free port of this machine, on a thread of its own,
// for as long as it lives.
#pragma once

#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "server/transport/web_socket_server.h"

namespace cowrite::cli {

class HttpEndpoint {
 public:
  explicit HttpEndpoint(http::Handler handler);
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  boost::asio::io_context context_{1};
  transport::WebSocketServer front_;
  std::string url_;
  std::thread thread_;
};

}  // namespace cowrite::cli
