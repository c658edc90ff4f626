#include "tools/load/wire/target.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <string_view>

namespace cowrite::load {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kWebSocket = "ws://";

Error wrong(const std::string& url, const std::string& why) {
  return {kErrUrl, "\"" + url + "\" " + why};
}

}  // namespace

Result<Target> find_target(const std::string& url) {
  const bool is_http = url.starts_with(kHttp);
  if (!is_http && !url.starts_with(kWebSocket)) {
    return wrong(url, "begins with neither http:// nor ws:// (there is no TLS here)");
  }
  const std::string rest = url.substr((is_http ? kHttp : kWebSocket).size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  Target target{url, rest.substr(0, slash), rest.substr(slash), {}};
  if (is_http) {
    while (target.path.ends_with('/')) target.path.pop_back();
    target.path += "/ws";
  } else if (target.path.empty()) {
    target.path = "/";
  }
  const std::size_t colon = target.host.rfind(':');
  const bool has_port = colon != std::string::npos && !target.host.ends_with(']');
  std::string name = target.host.substr(0, has_port ? colon : std::string::npos);
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  if (name.empty()) return wrong(url, "names no host");
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto found = resolver.resolve(name, has_port ? target.host.substr(colon + 1) : "80", error);
  if (error || found.empty()) return wrong(url, "cannot be looked up: " + error.message());
  target.endpoint = found.begin()->endpoint();
  return target;
}

}  // namespace cowrite::load
