// The preamble by which a proxy that knows no HTTP names its client before anything else of a
// stream: the PROXY protocol, versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cowrite::transport {

struct Preamble {
  enum class Verdict : std::uint8_t {
    kUndecided,  // Too little has come.
    kNone,       // The stream begins without one.
    kWhole,
    kMalformed,
  };
  Verdict verdict = Verdict::kUndecided;
  std::size_t bytes = 0;                           // Of a whole one.
  std::optional<boost::asio::ip::address> client;  // If a whole one names any.
};

// What the beginning of a stream, all of it so far, has of a preamble.
[[nodiscard]] Preamble read_preamble(std::string_view stream);

}  // namespace cowrite::transport
