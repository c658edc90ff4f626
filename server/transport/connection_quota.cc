#include "server/transport/connection_quota.h"

#include <algorithm>

#include "ot/base/check.h"

namespace cowrite::transport {

namespace ip = boost::asio::ip;

// Absent for loopback.
std::optional<ConnectionQuota::Network> ConnectionQuota::network_of(ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  if (address.is_loopback()) return std::nullopt;
  // An IPv4 address stands behind four zeros, where no IPv6 network is.
  Network network{};
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), network.begin() + 4);
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::copy_n(bytes.begin(), network.size(), network.begin());
  }
  return network;
}

ConnectionQuota::Slot ConnectionQuota::admit(const ip::address& address) {
  const std::optional<Network> network = network_of(address);
  const std::lock_guard lock(mutex_);
  if (total_ >= limits_.total) {
    ++refused_.total;
    return nullptr;
  }
  if (network) {
    const auto known = per_network_.find(*network);
    if (known != per_network_.end() && known->second >= limits_.per_address) {
      ++refused_.per_address;
      return nullptr;
    }
    ++per_network_[*network];
  }
  ++total_;
  return {this, [quota = shared_from_this(), network](void*) { quota->release(network); }};
}

ConnectionQuota::Refused ConnectionQuota::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void ConnectionQuota::release(const std::optional<Network>& network) {
  const std::lock_guard lock(mutex_);
  CHECK(total_ > 0);
  --total_;
  if (!network) return;
  const auto known = per_network_.find(*network);
  CHECK(known != per_network_.end());
  if (--known->second == 0) per_network_.erase(known);
}

}  // namespace cowrite::transport
