// The proxy that the environment names for a server: http_proxy, https_proxy, all_proxy and
// no_proxy, as curl(1) has them: names with all below them, addresses, networks (10.0.0.0/8).
#pragma once

#include <string>
#include <string_view>

namespace cowrite::cli {

struct Proxy {
  std::string url;              // Empty: none.
  bool reads_requests = false;  // Of HTTPS it sees nothing but whom it is sent to.
};

// A URL as it may be shown: without the name and password that may stand before its host.
[[nodiscard]] std::string without_password(std::string_view url);

// None for this machine, whatever the environment says.
[[nodiscard]] Proxy proxy_for(const std::string& server_url);

}  // namespace cowrite::cli
