// Timeline: simulated time. What is due runs in order of its time, at one time in the order in
// which it was planned; nothing else moves the clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace cowrite::simulation {

using Microseconds = std::int64_t;

class Timeline {
 public:
  using Work = std::function<void()>;

  [[nodiscard]] Microseconds now() const { return now_; }

  // REQUIRES: time >= now().
  void at(Microseconds time, Work work) {
    due_.emplace_hint(due_.end(), std::pair(time, planned_++), std::move(work));
  }
  void after(Microseconds delay, Work work) { at(now_ + delay, std::move(work)); }

  // False if nothing is planned.
  bool run_next() {
    if (due_.empty()) return false;
    auto next = due_.extract(due_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  std::map<std::pair<Microseconds, std::uint64_t>, Work> due_;
  Microseconds now_ = 0;
  std::uint64_t planned_ = 0;
};

}  // namespace cowrite::simulation
