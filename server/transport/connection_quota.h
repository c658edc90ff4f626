// ConnectionQuota: how many connections there may be, in total and from one address, over all
// loops. Thread-safe.
//
// Loopback counts in the total only: a reverse proxy on this machine brings everybody's connections
// from there. Of an IPv6 address the first 64 bits count, since whoever has one address there has
// all of its network.
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

  // One connection's place, free again when destroyed.
  using Ticket = std::shared_ptr<void>;

  // REQUIRES: owned by a shared_ptr.
  explicit ConnectionQuota(Limits limits = {}) : limits_(limits) {}

  // Null if there is no place left.
  [[nodiscard]] Ticket admit(const boost::asio::ip::address& address);

 private:
  using Network = std::array<std::uint8_t, 8>;

  static std::optional<Network> network_of(boost::asio::ip::address address);
  void release(const std::optional<Network>& network);

  const Limits limits_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<Network, std::size_t> per_network_;
};

}  // namespace cowrite::transport
