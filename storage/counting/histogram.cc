#include "storage/counting/histogram.h"

#include <algorithm>
#include <numeric>

#include "ot/base/check.h"

namespace cowrite::counting {

std::uint64_t HistogramCounts::total() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

HistogramCounts& HistogramCounts::operator+=(const HistogramCounts& other) {
  if (other.counts.empty()) return *this;
  if (counts.empty()) return *this = other;
  CHECK(std::ranges::equal(bounds, other.bounds));
  std::ranges::transform(counts, other.counts, counts.begin(), std::plus());
  sum += other.sum;
  return *this;
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds), counts_(std::make_unique<Counter[]>(bounds.size() + 1)) {
  CHECK(std::ranges::is_sorted(bounds));
}

void Histogram::record(double value) {
  const auto bound = std::ranges::lower_bound(bounds_, value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].add();
  sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

HistogramCounts Histogram::read() const {
  HistogramCounts read{.bounds = bounds_, .counts = {}};
  for (std::size_t i = 0; i <= bounds_.size(); ++i) read.counts.push_back(counts_[i].value());
  read.sum = sum_.load(std::memory_order_relaxed);
  return read;
}

}  // namespace cowrite::counting
