// ConnectionQuota: limits the connections of all loops, in total and from one address. Thread-safe.
//
// Loopback counts in the total only, since everybody on this machine comes from there. What an
// address is says client_address.h.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "server/transport/client_address.h"
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

  // A place in the total; null if there is none.
  [[nodiscard]] Slot admit();
  // A place of those that its client's address has; null if there is none. It is asked for beside
  // the other, as soon as the address is known.
  [[nodiscard]] Slot admit_from(const boost::asio::ip::address& address);

  // Connections that were not admitted, by the limit that was reached.
  struct Refused {
    std::uint64_t total = 0;
    std::uint64_t per_address = 0;
  };
  [[nodiscard]] Refused refused() const;

 private:
  void release();
  void release(const Network& network);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  Refused refused_;
  std::map<Network, std::size_t> per_network_;
};

}  // namespace cowrite::transport
