// Run: what all scenarios are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/load/clock.h"
#include "tools/load/wire/target.h"

namespace cowrite::load {

struct Run {
  Target target;
  std::size_t threads = 1;
  std::uint64_t seed = 1;
  std::string collection;
  // Distinguishes the documents of this run from those of any other on the same server.
  std::string name;
  // After the last key, and where the server says nothing, so long is waited for it.
  double patience_seconds = 30;

  [[nodiscard]] Time patience() const { return Clock::now() + duration_of(patience_seconds); }
};

// "acks-1f3a-0", "acks-1f3a-1", ...
[[nodiscard]] std::vector<std::string> document_ids(const std::string& prefix, std::size_t count);

// Says on standard error what is going on, if that is a terminal.
void say(const std::string& what);

}  // namespace cowrite::load
