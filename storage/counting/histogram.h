// Histogram: how often values fell into each of some intervals, which are fixed, so that the
// histograms of several threads can be added.
//
// One thread records, and any thread reads. Recording is a short search and two additions.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "storage/counting/counter.h"

namespace cowrite::counting {

// Times of what waits for a disk or a network, in seconds: six bounds to a power of ten, so that a
// quantile that is read from them is off by a fifth at most.
inline constexpr std::array kLatencySeconds = {
    0.000'047, 0.000'068, 0.000'1, 0.000'15, 0.000'22, 0.000'33, 0.000'47, 0.000'68, 0.001,
    0.001'5,   0.002'2,   0.003'3, 0.004'7,  0.006'8,  0.01,     0.015,    0.022,    0.033,
    0.047,     0.068,     0.1,     0.15,     0.22,     0.33,     0.47,     0.68,     1.0,
    1.5,       2.2,       3.3,     4.7,      6.8,      10.0};

// What a histogram held when it was read.
struct HistogramCounts {
  std::span<const double> bounds;
  // How many values were at most bounds[i], and more than the bound before; the last are those
  // above all bounds. Empty if nothing was ever read.
  std::vector<std::uint64_t> counts;
  double sum = 0;  // Of all values.

  [[nodiscard]] std::uint64_t total() const;
  // REQUIRES: both have the same bounds, or one was never read.
  HistogramCounts& operator+=(const HistogramCounts& other);
};

class Histogram {
 public:
  // REQUIRES: the bounds ascend, and outlive this and what is read of it.
  explicit Histogram(std::span<const double> bounds);

  void record(double value);
  // In seconds.
  void record(std::chrono::nanoseconds time) {
    record(std::chrono::duration<double>(time).count());
  }

  [[nodiscard]] HistogramCounts read() const;

 private:
  const std::span<const double> bounds_;
  const std::unique_ptr<Counter[]> counts_;
  std::atomic<double> sum_ = 0;
};

}  // namespace cowrite::counting
