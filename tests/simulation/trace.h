// Trace: everything that happens in one run, in words. A digest of all of it tells two runs apart;
// the newest lines explain a failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "tests/simulation/timeline.h"

namespace cowrite::simulation {

class Trace {
 public:
  enum class Printing { kNothing, kEverything };

  Trace(const Timeline& timeline, Printing printing) : timeline_(timeline), printing_(printing) {}

  // One line: who did what. The time is added.
  void note(std::string_view who, std::string_view what, std::string_view detail = {});

  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::size_t events() const { return events_; }
  // The newest lines, oldest first.
  [[nodiscard]] const std::deque<std::string>& newest() const { return newest_; }

 private:
  const Timeline& timeline_;
  const Printing printing_;
  std::uint64_t digest_ = 0xCBF29CE484222325U;
  std::size_t events_ = 0;
  std::deque<std::string> newest_;
};

}  // namespace cowrite::simulation
