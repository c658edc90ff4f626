// How the file descriptors that the process may have are shared: the store's come first, since a
// store that cannot open a file ends the server, and connections can wait outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::server {

inline constexpr std::string_view kErrDescriptors = "ERR_DESCRIPTORS";

struct Descriptors {
  std::size_t store_files = 0;  // Tables that the store keeps open.
  std::size_t connections = 0;
};

// Raises the process's own limit as far as the system lets it, and returns what it is then.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

// Fails with kErrDescriptors if the limit is too low to serve.
[[nodiscard]] Result<Descriptors> share_descriptors(std::uint64_t limit, std::size_t loops);

}  // namespace cowrite::server
