#include "tools/load/figures/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cowrite::load {

void Histogram::record(nanoseconds latency) {
  const std::int64_t value = std::max<std::int64_t>(latency.count(), 0);
  ++counts_[bucket_of(static_cast<std::uint64_t>(value))];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

nanoseconds Histogram::percentile(double percent) const {
  const auto rank = static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(count_) * std::clamp(percent, 0.0, 100.0) / 100));
  std::uint64_t passed = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    passed += counts_[bucket];
    if (counts_[bucket] > 0 && passed >= rank) {
      return std::min(nanoseconds(static_cast<std::int64_t>(highest_in(bucket))), max());
    }
  }
  return max();
}

// The first kSteps values have a bucket each; every doubling after that has kSteps buckets.
std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < kSteps) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
  return shift * kSteps + (value >> shift);
}

std::uint64_t Histogram::highest_in(std::size_t bucket) {
  if (bucket < 2 * kSteps) return bucket;
  const std::size_t shift = bucket / kSteps - 1;
  return ((bucket - shift * kSteps + 1) << shift) - 1;
}

}  // namespace cowrite::load
