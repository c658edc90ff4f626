#include "tests/tools/http_endpoint.h"

#include <boost/asio/executor_work_guard.hpp>
#include <utility>

#include "ot/base/check.h"
#include "server/transport/connection_quota.h"

namespace cowrite::cli {

HttpEndpoint::HttpEndpoint(http::Handler handler)
    : front_(context_,
             {.refuse = [](const http::Request&) { return std::nullopt; },
              .accept = {},
              .http = std::move(handler),
              .takes_body = [](const http::Request&) { return true; }},
             std::make_shared<transport::ConnectionQuota>()) {
  const Result<std::uint16_t> port = front_.listen({"127.0.0.1", 0});
  CHECK(port);
  url_ = "http://127.0.0.1:" + std::to_string(*port);
  thread_ = std::thread([this] {
    const auto work = boost::asio::make_work_guard(context_);
    context_.run();
  });
}

HttpEndpoint::~HttpEndpoint() {
  context_.stop();
  thread_.join();
}

}  // namespace cowrite::cli
