// Rival: another node that writes to the same log, for clients of its own; and the history that
// documents have before a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/simulation/ledger.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/random.h"

namespace cowrite::simulation {

class Rival {
 public:
  // `pasted` is the bytes of what it pastes at times; 0 if it only types.
  Rival(Random& random, Ledger& ledger, Oracle& oracle, std::size_t pasted)
      : random_(random), ledger_(ledger), oracle_(oracle), pasted_(pasted) {}

  // Writes so many records to the document, durable at once, made at this time.
  void write(const DocumentKey& key, std::uint64_t count, std::int64_t now_ms);

 private:
  [[nodiscard]] storage::Change change(const storage::Snapshot& snapshot);

  Random& random_;
  Ledger& ledger_;
  Oracle& oracle_;
  const std::size_t pasted_;
  std::uint64_t sequence_ = 0;
};

}  // namespace cowrite::simulation
