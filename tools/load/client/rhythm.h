// Rhythm: when an author presses keys.
//
// Back to back, an author presses the next key when the last one is acknowledged, so a slow server
// gets less work (a closed loop). In every other rhythm the times are fixed beforehand, whatever
// the server does (an open loop): a key that was due while the server stood still is late by all of
// that, so that latencies are free of coordinated omission.
#pragma once

#include <optional>
#include <random>

#include "tools/load/clock.h"

namespace cowrite::load {

class Rhythm {
 public:
  static Rhythm back_to_back() { return Rhythm(Kind::kBackToBack, {}); }
  // At even distances.
  static Rhythm steady(double keys_per_second) {
    return Rhythm(Kind::kSteady, duration_of(1 / keys_per_second));
  }
  // Bursts of about five keys a second, and pauses.
  static Rhythm human() { return Rhythm(Kind::kHuman, {}); }

  [[nodiscard]] bool is_back_to_back() const { return kind_ == Kind::kBackToBack; }
  // From the beginning until the first key, spread so that authors do not begin together. REQUIRES:
  // not back to back, as the next.
  [[nodiscard]] Clock::duration first_pause(std::mt19937_64& random) const;
  // From one key to the next.
  [[nodiscard]] Clock::duration next_pause(std::mt19937_64& random);

 private:
  enum class Kind { kBackToBack, kSteady, kHuman };

  Rhythm(Kind kind, Clock::duration interval) : kind_(kind), interval_(interval) {}

  Kind kind_;
  Clock::duration interval_;
  unsigned keys_left_ = 0;  // Of a human's burst.
};

}  // namespace cowrite::load
