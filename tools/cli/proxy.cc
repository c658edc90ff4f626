#include "tools/cli/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/message.h"
#include "storage/version_selector.h"

namespace cowrite::cli {
namespace {

// The first of these variables that is there.
std::string environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string_view without_last_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

// The host of a URL in lower case, an IPv6 address without its brackets, a name without the dot
// that may end it.
std::string host_of(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  url = url.substr(0, url.find_first_of("/?#"));
  url.remove_prefix(url.rfind('@') + 1);  // A name and a password; 0 if there are none.
  const bool brackets = url.starts_with('[');
  const std::size_t end = url.find(brackets ? ']' : ':');
  return http::to_lower(without_last_dot(brackets ? url.substr(1, end - 1) : url.substr(0, end)));
}

// 4 or 16 bytes.
using Address = std::basic_string<unsigned char>;

// In all the ways in which an address can be written; an IPv4 address written as one of IPv6 is
// meant as it is. Absent if it is none.
std::optional<Address> address_of(const std::string& host) {
  constexpr std::size_t kBytes = 16;
  constexpr std::size_t kMappedAt = 12;
  in_addr four{};
  in6_addr six{};
  if (inet_aton(host.c_str(), &four) != 0) {
    const std::uint32_t bits = ntohl(four.s_addr);
    Address address;
    for (const int shift : {24, 16, 8, 0}) {
      address.push_back(static_cast<unsigned char>(bits >> shift));
    }
    return address;
  }
  if (inet_pton(AF_INET6, host.c_str(), &six) != 1) return std::nullopt;
  const std::size_t begin = IN6_IS_ADDR_V4MAPPED(&six) ? kMappedAt : 0;
  return Address(six.s6_addr + begin, six.s6_addr + kBytes);
}

// Connecting to the unspecified address leads to this machine, too.
bool is_this_machine(const std::string& host) {
  const std::optional<Address> address = address_of(host);
  if (!address) return host == "localhost" || host.ends_with(".localhost");
  if (address->size() == 4) return address->front() == IN_LOOPBACKNET || *address == Address(4, 0);
  return *address == Address(16, 0) || *address == Address(15, 0) + Address(1, 1);
}

// Whether a network such as "10.0.0.0/8" or "fd00::/8" has the host.
bool is_in_network(std::string_view network, const std::string& host) {
  const std::size_t slash = network.find('/');
  if (slash == std::string_view::npos) return false;
  const std::optional<Address> begin = address_of(std::string(network.substr(0, slash)));
  const std::optional<Address> address = address_of(host);
  const Result<std::uint64_t> bits = storage::parse_number(network.substr(slash + 1));
  if (!begin || !address || !bits) return false;
  if (begin->size() != address->size() || *bits > 8 * address->size()) return false;
  for (std::size_t bit = 0; bit < *bits; ++bit) {
    const int shift = 7 - static_cast<int>(bit % 8);
    if ((((*begin)[bit / 8] ^ (*address)[bit / 8]) >> shift & 1) != 0) return false;
  }
  return true;
}

// Whether a list such as "example.org, .internal, 10.0.0.0/8" has the host, a domain above it, or
// its network; "*" has all.
bool is_listed(const std::string& list, const std::string& host) {
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
    const std::string text = http::to_lower(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::string_view entry = without_last_dot(text);
    if (entry == "*" || is_in_network(entry, host)) return true;
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
