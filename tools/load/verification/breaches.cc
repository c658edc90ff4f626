#include "tools/load/verification/breaches.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cowrite::load {

void Breaches::add(Error breach) {
  const std::scoped_lock lock(mutex_);
  ++count_;
  if (std::ranges::count(kept_, breach.code, &Error::code) <
      static_cast<std::ptrdiff_t>(kKeptOfEachCode)) {
    kept_.push_back(std::move(breach));
  }
}

std::size_t Breaches::count() const {
  const std::scoped_lock lock(mutex_);
  return count_;
}

std::vector<Error> Breaches::first() const {
  const std::scoped_lock lock(mutex_);
  return kept_;
}

}  // namespace cowrite::load
