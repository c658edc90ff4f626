// Countdown: one thread waits until so many things have happened on others.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "tools/load/clock.h"
#include "tools/load/verification/breaches.h"

namespace cowrite::load {

class Countdown {
 public:
  explicit Countdown(std::size_t count) : left_(count) {}

  // From any thread.
  void arrive();

  // True when all have arrived; false at the deadline, or soon after there is a breach, since what
  // is awaited may then never come.
  [[nodiscard]] bool wait(Time deadline, const Breaches& breaches);
  // How many have not arrived.
  [[nodiscard]] std::size_t left() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::size_t left_;
};

// Waits until then, or until there is a breach.
void wait_until(Time time, const Breaches& breaches);

}  // namespace cowrite::load
