#include "tools/load/wire/system_limits.h"

#include <sys/resource.h>

#include <boost/asio/ip/address_v4.hpp>
#include <string>

#include "tools/load/numbers.h"

namespace cowrite::load {
namespace {

// Standard streams, the loops' own files, and the client that makes the documents.
constexpr std::size_t kOtherDescriptors = 64;

// Less than half of an address's ports, so that there are others for connections that follow on cut
// ones.
constexpr std::size_t kConnectionsPerAddress = 10'000;

}  // namespace

Result<void> allow_connections(std::size_t count) {
  const rlim_t needed = count + kOtherDescriptors;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return {};
  if (limit.rlim_max < needed) {
    return Error{kErrDescriptors, thousands(count) + " connections need " + thousands(needed) +
                                      " file descriptors, and this process may have " +
                                      thousands(limit.rlim_max) +
                                      "; raise the hard limit (ulimit -Hn) as root"};
  }
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return Error{kErrDescriptors,
                 "the limit of file descriptors cannot be raised to " + thousands(limit.rlim_max)};
  }
  return {};
}

std::optional<boost::asio::ip::address> source_address(const Target& target, std::size_t number,
                                                       std::size_t count) {
  const boost::asio::ip::address server = target.endpoint.address();
  if (count <= kConnectionsPerAddress || !server.is_v4() || !server.is_loopback()) {
    return std::nullopt;
  }
  const auto first = boost::asio::ip::address_v4::loopback().to_uint() + 1;
  const auto step = static_cast<std::uint32_t>(number / kConnectionsPerAddress);
  return boost::asio::ip::address_v4(first + step);
}

}  // namespace cowrite::load
