// Intervals come back, whatever they are; typing takes a byte each, which repeats, and a few bits.
#include "storage/format/interval.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace cowrite::storage {
namespace {

std::vector<std::uint64_t> come_back(const std::vector<std::uint64_t>& intervals) {
  IntervalWriter writer;
  for (const std::uint64_t interval : intervals) writer.put(interval);
  const std::string bits = writer.bits();
  IntervalReader reader(writer.sizes(), bits);
  std::vector<std::uint64_t> back(intervals.size());
  for (std::uint64_t& interval : back) interval = reader.take();
  EXPECT_TRUE(reader.whole());
  return back;
}

TEST(Interval, EveryOneComesBackAndLongerOnesHaveNoSmallerSize) {
  std::vector<std::uint64_t> intervals;
  for (std::uint64_t interval = 0; interval < 70'000; ++interval) intervals.push_back(interval);
  for (int shift = 17; shift < 64; ++shift) {
    for (const std::uint64_t low : {0U, 1U, 2U}) {
      intervals.push_back((std::uint64_t{1} << shift) + low);
      intervals.push_back((std::uint64_t{1} << shift) - 1 - low);
    }
  }
  intervals.push_back(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(come_back(intervals), intervals);
  std::ranges::sort(intervals);
  IntervalWriter writer;
  for (const std::uint64_t interval : intervals) writer.put(interval);
  const auto by_byte = [](char left, char right) {
    return static_cast<unsigned char>(left) < static_cast<unsigned char>(right);
  };
  EXPECT_TRUE(std::ranges::is_sorted(writer.sizes(), by_byte));
  EXPECT_EQ(static_cast<unsigned char>(writer.sizes().back()), 247U);
}

TEST(Interval, RandomOnesComeBack) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::uint64_t> intervals(random() % 30);
    for (std::uint64_t& interval : intervals) interval = random() >> random() % 64;
    ASSERT_EQ(come_back(intervals), intervals);
  }
}

TEST(Interval, SizesAndBitsAreAsDocumented) {
  IntervalWriter writer;
  for (const std::uint64_t interval :
       {15U, 16U, 31U, 32U, 0b1'0110'101U, 4'095U, 4'096U, 0x1FFFU}) {
    writer.put(interval);
  }
  EXPECT_EQ(writer.sizes(), "\x0F\x10\x1F\x20\x46\x8F\x90\x91");
  // One bit of 32, three of the next, seven of 4,095, and eleven of each of the last two.
  EXPECT_EQ(writer.bits(), std::string("\xFA\x07\xC0\xFF\x01", 5));
}

TEST(Interval, MissingOrSurplusBitsAreFound) {
  IntervalReader missing("\x30", "");
  missing.take();
  EXPECT_TRUE(missing.failed());
  IntervalReader none("", "");
  none.take();
  EXPECT_TRUE(none.failed());
  IntervalReader unknown("\xF8", "");
  unknown.take();
  EXPECT_TRUE(unknown.failed());
  IntervalReader surplus("\x20", "\x02");
  EXPECT_EQ(surplus.take(), 32U);
  EXPECT_FALSE(surplus.failed());
  EXPECT_FALSE(surplus.whole()) << "a bit that is not needed is set";
  IntervalReader longer("\x20", std::string_view("\0\0", 2));
  EXPECT_EQ(longer.take(), 32U);
  EXPECT_FALSE(longer.whole()) << "a byte that is not needed";
}

}  // namespace
}  // namespace cowrite::storage
