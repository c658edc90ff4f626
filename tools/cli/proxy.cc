#include "tools/cli/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cowrite::cli {
namespace {

// The first of these variables that is there.
std::string environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

// The host of a URL in lower case, an IPv6 address without its brackets.
std::string host_of(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  url = url.substr(0, url.find_first_of("/?#"));
  url.remove_prefix(url.rfind('@') + 1);  // A name and a password; 0 if there are none.
  const bool brackets = url.starts_with('[');
  const std::size_t end = url.find(brackets ? ']' : ':');
  std::string host(brackets ? url.substr(1, end - 1) : url.substr(0, end));
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host;
}

// In all the ways in which an address can be written.
bool is_this_machine(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  if (inet_aton(host.c_str(), &four) != 0) return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six) != 0;
  return host == "localhost" || host.ends_with(".localhost");
}

// Whether a list such as "example.org, .internal" has the host or a domain above it; "*" has all.
bool is_listed(std::string_view list, std::string_view host) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", "), list.size());
    std::string_view entry = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (entry == "*") return true;
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || !host.ends_with(entry)) continue;
    if (host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.') return true;
  }
  return false;
}

}  // namespace

std::string without_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  // The last one, also in what looks like a path: a password may be written with "/".
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(url);
  return std::string(url.substr(0, begin)) + std::string(url.substr(at + 1));
}

Proxy proxy_for(const std::string& server_url) {
  const std::string host = host_of(server_url);
  if (is_this_machine(host) || is_listed(environment({"no_proxy", "NO_PROXY"}), host)) return {};
  const bool https = server_url.starts_with("https://");
  // HTTP_PROXY in capitals is a header of somebody's request where this runs in a CGI program.
  std::string url = https ? environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                          : environment({"http_proxy", "all_proxy", "ALL_PROXY"});
  const bool reads_requests = !https && !url.empty();
  return {std::move(url), reads_requests};
}

}  // namespace cowrite::cli
