#include "tools/load/client/rhythm.h"

namespace cowrite::load {
namespace {

// Five keys a second, none closer than a fast typist's.
constexpr double kKeySeconds = 0.2;
constexpr double kKeySecondsMin = 0.06;
// A burst is a few words; then one reads and thinks.
constexpr unsigned kBurstKeysMin = 5;
constexpr unsigned kBurstKeysMax = 45;
constexpr double kThoughtSecondsMin = 0.7;
constexpr double kThoughtSecondsMax = 5;

double between(double low, double high, std::mt19937_64& random) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

}  // namespace

Clock::duration Rhythm::first_pause(std::mt19937_64& random) const {
  const double most = kind_ == Kind::kHuman ? kThoughtSecondsMax : seconds_of(interval_);
  return duration_of(between(0, most, random));
}

Clock::duration Rhythm::next_pause(std::mt19937_64& random) {
  if (kind_ == Kind::kSteady) return interval_;
  if (keys_left_ == 0) {
    keys_left_ = std::uniform_int_distribution<unsigned>(kBurstKeysMin, kBurstKeysMax)(random);
    return duration_of(between(kThoughtSecondsMin, kThoughtSecondsMax, random));
  }
  --keys_left_;
  const double more =
      std::exponential_distribution<double>(1 / (kKeySeconds - kKeySecondsMin))(random);
  return duration_of(kKeySecondsMin + more);
}

}  // namespace cowrite::load
