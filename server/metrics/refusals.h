// Refusals: how often clients were sent each error. The codes are those of http/error_table.h, so
// there are no more of them than it has.
//
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "storage/counting/counter.h"

namespace cowrite::metrics {

class Refusals {
 public:
  Refusals();

  // A code that is not in the table is one of "other".
  void note(std::string_view code);

  // Each code, with how often it was sent: also those that never were, so that the first one shows
  // as growth.
  using Visitor = std::function<void(std::string_view code, std::uint64_t count)>;
  void for_each(const Visitor& visit) const;

 private:
  // In the order of the table; the last is for other codes.
  const std::unique_ptr<counting::SharedCounter[]> counts_;
};

}  // namespace cowrite::metrics
