#include "server/access/host_and_port.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "server/http/message.h"

namespace cowrite::access {

namespace {

constexpr std::size_t kNameBytesMax = 253;  // RFC 1035, as are the 63 bytes of a label.
constexpr std::size_t kLabelBytesMax = 63;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<std::string> normal_ipv6(const std::string& text) {
  in6_addr address{};
  if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> shortest{};
  return ::inet_ntop(AF_INET6, &address, shortest.data(), shortest.size());
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

// Labels of letters, digits, "-" and "_". The last is not a number, or a browser would take the
// name for an IPv4 address.
bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  std::string_view label;
  for (std::size_t begin = 0; begin <= text.size(); begin += label.size() + 1) {
    label = text.substr(begin, text.find('.', begin) - begin);
    if (label.empty() || label.size() > kLabelBytesMax) return false;
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
    if (!std::all_of(label.begin(), label.end(), allowed)) return false;
  }
  return !std::all_of(label.begin(), label.end(), is_digit);
}

std::uint16_t usual_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return 0;
}

bool is_scheme(std::string_view text) {
  const auto allowed = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), allowed);
}

std::string bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

}  // namespace

std::optional<HostAndPort> parse_host_and_port(std::string_view text) {
  HostAndPort result;
  const bool bracket = text.starts_with('[');
  const std::size_t host_end = bracket ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == text.npos) return std::nullopt;
  std::string_view rest = text.substr(bracket ? host_end + 1 : host_end);
  if (!rest.empty()) {
    if (rest.front() != ':') return std::nullopt;
    result.port = parse_port(rest.substr(1));
    if (!result.port) return std::nullopt;
  }
  if (bracket) {
    const auto address = normal_ipv6(std::string(text.substr(1, host_end - 1)));
    if (!address) return std::nullopt;
    result.host = *address;
    result.is_address = true;
    return result;
  }
  result.host = http::to_lower(text.substr(0, host_end));
  if (result.host.ends_with('.')) result.host.pop_back();
  result.is_address = is_ipv4(result.host);
  if (!result.is_address && !is_name(result.host)) return std::nullopt;
  return result;
}

std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == text.npos) return std::nullopt;
  Origin origin;
  origin.scheme = http::to_lower(text.substr(0, scheme_end));
  const auto host = parse_host_and_port(text.substr(scheme_end + 3));
  if (!is_scheme(origin.scheme) || !host) return std::nullopt;
  origin.host = host->host;
  origin.port = host->port.value_or(usual_port(origin.scheme));
  origin.is_address = host->is_address;
  return origin;
}

bool can_have_pages(const Origin& origin) {
  constexpr std::array<std::string_view, 10> kWithoutPages{
      "blob", "data", "file", "ftp", "ftps", "javascript", "mailto", "sftp", "ws", "wss"};
  return std::ranges::find(kWithoutPages, origin.scheme) == kWithoutPages.end();
}

std::string to_string(const Origin& origin) {
  std::string text = origin.scheme + "://" + bracketed(origin.host);
  if (origin.port != usual_port(origin.scheme)) text += ":" + std::to_string(origin.port);
  return text;
}

std::string to_string(const HostAndPort& host) {
  std::string text = bracketed(host.host);
  if (host.port) text += ":" + std::to_string(*host.port);
  return text;
}

bool is_same_origin(const Origin& origin, const HostAndPort& host) {
  return (origin.scheme == "http" || origin.scheme == "https") && origin.host == host.host &&
         origin.port == host.port.value_or(usual_port(origin.scheme));
}

}  // namespace cowrite::access
