// Payer: who pays for what a request costs. What one payer asks for waits behind what others ask
// for, as soon as it is more than its share.
#pragma once

#include <cstdint>

namespace cowrite::storage {

// A number that stands for an address or a connection; whoever takes requests makes them.
enum class Payer : std::uint64_t {
  kServer = 0,  // The server itself, and its operator.
};

}  // namespace cowrite::storage
