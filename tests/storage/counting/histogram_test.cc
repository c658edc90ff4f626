#include "storage/counting/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace cowrite::counting {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr std::array kBounds = {1.0, 2.0, 5.0};

TEST(Histogram, ABoundBelongsToTheIntervalBelowIt) {
  Histogram histogram(kBounds);
  for (const double value : {0.0, 1.0, 1.5, 2.0, 5.0, 5.1, 1'000.0}) histogram.record(value);
  const HistogramCounts counts = histogram.read();
  EXPECT_THAT(counts.counts, ElementsAre(2, 2, 1, 2));
  EXPECT_EQ(counts.total(), 7U);
  EXPECT_DOUBLE_EQ(counts.sum, 1'014.6);
}

TEST(Histogram, TimesAreRecordedInSeconds) {
  Histogram histogram(kBounds);
  histogram.record(1'500ms);
  histogram.record(250us);
  EXPECT_THAT(histogram.read().counts, ElementsAre(1, 1, 0, 0));
  EXPECT_DOUBLE_EQ(histogram.read().sum, 1.50025);
}

TEST(Histogram, ThoseOfSeveralThreadsAreAdded) {
  Histogram one(kBounds);
  Histogram other(kBounds);
  one.record(1.0);
  other.record(1.0);
  other.record(9.0);
  HistogramCounts sum;
  EXPECT_EQ(sum.total(), 0U);
  sum += one.read();
  sum += other.read();
  sum += HistogramCounts();
  EXPECT_THAT(sum.counts, ElementsAre(2, 0, 0, 1));
  EXPECT_DOUBLE_EQ(sum.sum, 11.0);
}

TEST(Histogram, IsReadWhileItRecords) {
  constexpr std::uint64_t kValues = 100'000;
  Histogram histogram(kBounds);
  std::atomic<bool> done = false;
  std::thread recorder([&] {
    for (std::uint64_t i = 0; i < kValues; ++i) histogram.record(2.0);
    done = true;
  });
  std::uint64_t before = 0;
  while (!done) {
    const std::uint64_t now = histogram.read().total();
    EXPECT_GE(now, before);
    before = now;
  }
  recorder.join();
  EXPECT_EQ(histogram.read().total(), kValues);
  EXPECT_DOUBLE_EQ(histogram.read().sum, 2.0 * kValues);
}

TEST(Histogram, LatenciesHaveSixBoundsToAPowerOfTen) {
  const auto& bounds = kLatencySeconds;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) EXPECT_LT(bounds[i + 1] / bounds[i], 1.56);
  for (std::size_t i = 0; i + 6 < bounds.size(); ++i) {
    EXPECT_NEAR(bounds[i + 6] / bounds[i], 10.0, 1e-9);
  }
}

}  // namespace
}  // namespace cowrite::counting
