#include "tools/load/figures/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace cowrite::load {
namespace {

TEST(LoadHistogram, IsExactWhereLatenciesAreSmall) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.record(nanoseconds(value));
  EXPECT_EQ(histogram.percentile(50), nanoseconds(50));
  EXPECT_EQ(histogram.percentile(99), nanoseconds(99));
  EXPECT_EQ(histogram.percentile(100), nanoseconds(100));
  EXPECT_EQ(histogram.count(), 100U);
}

TEST(LoadHistogram, TellsNoPercentileTooLowAndNoneMuchTooHigh) {
  std::mt19937_64 random(5);
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    const double exponent = std::uniform_real_distribution<double>(0, 40)(random);
    values.push_back(static_cast<std::int64_t>(std::exp2(exponent)));
    histogram.record(nanoseconds(values.back()));
  }
  std::ranges::sort(values);
  for (const double percent : {0.1, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * 20'000)) - 1;
    const auto told = histogram.percentile(percent).count();
    EXPECT_GE(told, values[rank]) << percent;
    EXPECT_LE(static_cast<double>(told), static_cast<double>(values[rank]) * 1.008 + 1) << percent;
  }
  EXPECT_EQ(histogram.max().count(), values.back());
}

TEST(LoadHistogram, TakesTheLongestLatencyThatThereIs) {
  Histogram histogram;
  histogram.record(nanoseconds::max());
  EXPECT_EQ(histogram.percentile(50), nanoseconds::max());
}

TEST(LoadHistogram, OfTwoThreadsIsTheirSum) {
  Histogram one;
  Histogram other;
  one.record(nanoseconds(10));
  other.record(nanoseconds(1'000'000));
  one.add(other);
  EXPECT_EQ(one.count(), 2U);
  EXPECT_EQ(one.percentile(50), nanoseconds(10));
  EXPECT_EQ(one.max(), nanoseconds(1'000'000));
}

TEST(LoadHistogram, IsZeroIfItIsEmpty) {
  EXPECT_EQ(Histogram().percentile(99), nanoseconds(0));
  EXPECT_EQ(Histogram().max(), nanoseconds(0));
}

}  // namespace
}  // namespace cowrite::load
