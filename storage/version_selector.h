// VersionSelector: which version of a document is meant: the newest, one by its number, or the one
// that was there at a time.
#pragma once

#include <cstdint>
#include <variant>

namespace cowrite::storage {

struct Newest {
  friend bool operator==(const Newest&, const Newest&) = default;
};
struct AtVersion {
  std::uint64_t version = 0;
  friend bool operator==(const AtVersion&, const AtVersion&) = default;
};
struct AtTime {
  std::int64_t time_ms = 0;  // Unix time.
  friend bool operator==(const AtTime&, const AtTime&) = default;
};
using VersionSelector = std::variant<Newest, AtVersion, AtTime>;

}  // namespace cowrite::storage
