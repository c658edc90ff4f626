// Hosts and origins as HTTP headers and flags name them, parsed and brought to one form, so that
// equal values name the same host or origin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cowrite::access {

// "Example.ORG.:8080" is {"example.org", 8080, false}; "[::1]" is {"::1", none, true}.
struct HostAndPort {
  // In lower case, without a trailing dot; an IPv6 address without brackets, in its shortest form.
  std::string host;
  std::optional<std::uint16_t> port;
  bool is_address = false;  // An IP address, not a name.

  friend bool operator==(const HostAndPort&, const HostAndPort&) = default;
};

// The value of a Host header (RFC 9110, section 7.2). Absent if it is not one.
[[nodiscard]] std::optional<HostAndPort> parse_host_and_port(std::string_view text);

struct Origin {
  std::string scheme;  // In lower case.
  std::string host;    // As in HostAndPort.
  // The scheme's usual one where none is written; 0 if the scheme has none.
  std::uint16_t port = 0;
  bool is_address = false;

  friend bool operator==(const Origin&, const Origin&) = default;
};

// The value of an Origin header: "https://example.org:8443". Absent for "null", and for whatever
// has a path, a user or no host.
[[nodiscard]] std::optional<Origin> parse_origin(std::string_view text);

// Whether pages can have the origin: no browser shows pages by ftp or from a WebSocket, and those
// of files are without an origin. Schemes that are not known here may be those of programs that
// show pages of their own, as capacitor://localhost.
[[nodiscard]] bool can_have_pages(const Origin& origin);

// As a browser writes it: "https://[::1]:8443".
[[nodiscard]] std::string to_string(const Origin& origin);

// "example.org:8080", "[::1]".
[[nodiscard]] std::string to_string(const HostAndPort& host);

// Whether a page of this origin came from the server that was asked for as `host`. Behind a proxy
// that ends TLS the server does not know its own scheme, so http and https both pass, each with its
// usual port where the host names none.
[[nodiscard]] bool is_same_origin(const Origin& origin, const HostAndPort& host);

}  // namespace cowrite::access
