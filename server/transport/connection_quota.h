// ConnectionQuota: limits the connections of all loops, in total and from one address. Thread-safe.
//
// Loopback counts in the total only: behind a reverse proxy on this machine all connections come
// from there. Of an IPv6 address the first 64 bits count, since a host commonly has all addresses
// of its network.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "server/transport/limits.h"

namespace cowrite::transport {

struct ConnectionLimits {
  std::size_t total = kConnectionsMax;
  std::size_t per_address = kConnectionsPerAddressMax;
};

class ConnectionQuota : public std::enable_shared_from_this<ConnectionQuota> {
 public:
  using Limits = ConnectionLimits;

  // The permission for one connection; it is given back when the last copy is destroyed.
  using Slot = std::shared_ptr<void>;

  // REQUIRES: owned by a shared_ptr.
  explicit ConnectionQuota(Limits limits = {}) : limits_(limits) {}

  // Null if a limit is reached.
  [[nodiscard]] Slot admit(const boost::asio::ip::address& address);

  // Connections that were not admitted, by the limit that was reached.
  struct Refused {
    std::uint64_t total = 0;
    std::uint64_t per_address = 0;
  };
  [[nodiscard]] Refused refused() const;

 private:
  using Network = std::array<std::uint8_t, 8>;

  static std::optional<Network> network_of(boost::asio::ip::address address);
  void release(const std::optional<Network>& network);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  Refused refused_;
  std::map<Network, std::size_t> per_network_;
};

}  // namespace cowrite::transport
