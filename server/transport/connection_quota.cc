#include "server/transport/connection_quota.h"

#include <optional>

#include "ot/base/check.h"

namespace cowrite::transport {

namespace ip = boost::asio::ip;

ConnectionQuota::Slot ConnectionQuota::admit() {
  const std::lock_guard lock(mutex_);
  if (total_ >= limits_.total) {
    ++refused_.total;
    return nullptr;
  }
  ++total_;
  return {this, [quota = shared_from_this()](void*) { quota->release(); }};
}

ConnectionQuota::Slot ConnectionQuota::admit_from(const ip::address& address) {
  const std::optional<Network> network = network_of(address);
  if (!network) return shared_from_this();
  const std::lock_guard lock(mutex_);
  std::size_t& count = per_network_[*network];
  if (count >= limits_.per_address) {
    ++refused_.per_address;
    return nullptr;
  }
  ++count;
  return {this,
          [quota = shared_from_this(), network = *network](void*) { quota->release(network); }};
}

ConnectionQuota::Refused ConnectionQuota::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void ConnectionQuota::release() {
  const std::lock_guard lock(mutex_);
  CHECK(total_ > 0);
  --total_;
}

void ConnectionQuota::release(const Network& network) {
  const std::lock_guard lock(mutex_);
  const auto known = per_network_.find(network);
  CHECK(known != per_network_.end());
  if (--known->second == 0) per_network_.erase(known);
}

}  // namespace cowrite::transport
