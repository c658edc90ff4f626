#include "tools/load/scenarios/countdown.h"

#include <algorithm>

namespace cowrite::load {
namespace {

constexpr std::chrono::milliseconds kLookForBreachesEvery{50};

// Other breaches may follow the first, and tell more of it.
constexpr std::chrono::seconds kAfterBreach{1};

}  // namespace

void Countdown::arrive() {
  const std::scoped_lock lock(mutex_);
  if (left_ > 0) --left_;
  arrived_.notify_all();
}

bool Countdown::wait(Time deadline, const Breaches& breaches) {
  std::unique_lock lock(mutex_);
  bool hurried = false;
  for (Time now = Clock::now(); left_ > 0; now = Clock::now()) {
    if (!hurried && breaches.count() > 0) {
      hurried = true;
      deadline = std::min(deadline, now + kAfterBreach);
    }
    if (now >= deadline) return false;
    arrived_.wait_until(lock, std::min(deadline, now + kLookForBreachesEvery));
  }
  return true;
}

std::size_t Countdown::left() const {
  const std::scoped_lock lock(mutex_);
  return left_;
}

void wait_until(Time time, const Breaches& breaches) { (void)Countdown(1).wait(time, breaches); }

}  // namespace cowrite::load
