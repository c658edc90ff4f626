// What the system must allow so that one process has many connections.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <optional>

#include "ot/base/result.h"
#include "tools/load/wire/target.h"

namespace cowrite::load {

inline constexpr std::string_view kErrDescriptors = "ERR_LOAD_DESCRIPTORS";

// Raises the soft limit of open files, so that there can be so many connections. Fails with
// kErrDescriptors, and says what is missing, if the hard limit is below that.
[[nodiscard]] Result<void> allow_connections(std::size_t count);

// From which address client `number` of `count` connects: an address has about 28,000 ports for one
// server, so that more clients of a server on loopback come from 127.0.0.2, 127.0.0.3 and so on.
// Nothing if the system is to choose.
[[nodiscard]] std::optional<boost::asio::ip::address> source_address(const Target& target,
                                                                     std::size_t number,
                                                                     std::size_t count);

}  // namespace cowrite::load
