// Who a client is for limits and for what is shared: its IPv4 address, or the first 64 bits of its
// IPv6 address, since a host commonly has all addresses of its network. Behind a proxy that is
// trusted, the address is the one that the proxy names.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "storage/payer.h"

namespace cowrite::transport {

inline constexpr std::string_view kErrTrustedProxy = "ERR_TRUSTED_PROXY";

// An IPv4 address stands behind four zeros, where no IPv6 network is.
using Network = std::array<std::uint8_t, 8>;

// Absent for loopback, where everybody on this machine comes from.
[[nodiscard]] std::optional<Network> network_of(const boost::asio::ip::address& address);

// The proxies whose word about their clients is taken. Immutable.
class TrustedProxies {
 public:
  // None.
  TrustedProxies() = default;
  // Each is an address, a network as ADDRESS/BITS, or "loopback". Fails with kErrTrustedProxy,
  // naming the text.
  [[nodiscard]] static Result<TrustedProxies> make(const std::vector<std::string>& texts);

  [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const;

 private:
  // IPv4 addresses are mapped into IPv6.
  struct Range {
    std::array<std::uint8_t, 16> bytes{};
    unsigned bits = 0;
  };
  static std::optional<Range> parse(const std::string& text);

  bool loopback_ = false;
  std::vector<Range> ranges_;
};

// The client that a request's Forwarded (RFC 7239) or X-Forwarded-For names, for a request from a
// trusted proxy: the last that is not itself a trusted proxy. What stands before it is the client's
// own word and not looked at. Absent if the request has neither header or the proxy hides the
// client. Fails with http's kErrRequestMalformed, also if the headers name different clients: one
// of them is not the proxy's.
[[nodiscard]] Result<std::optional<boost::asio::ip::address>> forwarded_client(
    const http::Request& request, const TrustedProxies& proxies);

// Numbers for payers. They follow from a secret, so that nobody can choose an address that shares
// another's.
class Payers {
 public:
  using Secret = std::array<std::uint64_t, 2>;
  explicit Payers(const Secret& secret = {}) : secret_(secret) {}

  // That of the network, else that of the connection with this number.
  [[nodiscard]] storage::Payer of(const std::optional<Network>& network,
                                  std::uint64_t connection) const;

 private:
  Secret secret_;
};

}  // namespace cowrite::transport
