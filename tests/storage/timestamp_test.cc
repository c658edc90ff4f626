#include "storage/timestamp.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace cowrite::storage {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

// 2026-11-20T06:11:00Z
constexpr std::int64_t kMorningMs = 1'795'155'060'000;

TEST(Timestamp, IsPrintedInUtcWithMilliseconds) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(kMorningMs + 123), "2026-11-20T06:11:00.123Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Timestamp, IsReadWithAnyOffset) {
  for (const char* text :
       {"2026-11-20T06:11:00Z", "2026-11-20t06:11:00z", "2026-11-20 06:11:00Z",
        "2026-11-20T06:11:00.000Z", "2026-11-20T06:11:00+00:00", "2026-11-20T06:11:00-00:00",
        "2026-11-20T08:11:00+02:00", "2026-11-20T00:41:00-05:30", "2026-11-19T23:11:00-07:00"}) {
    const Result<std::int64_t> time_ms = parse_time(text);
    ASSERT_TRUE(time_ms) << text;
    EXPECT_EQ(*time_ms, kMorningMs) << text;
  }
}

TEST(Timestamp, ADateIsItsBeginningInUtc) {
  EXPECT_EQ(*parse_time("2026-11-20"), *parse_time("2026-11-20T00:00:00Z"));
}

TEST(Timestamp, PartsOfAMillisecondAreCutOff) {
  EXPECT_EQ(*parse_time("2026-11-20T06:11:00.5Z"), kMorningMs + 500);
  EXPECT_EQ(*parse_time("2026-11-20T06:11:00.12Z"), kMorningMs + 120);
  EXPECT_EQ(*parse_time("2026-11-20T06:11:00.123999999999999999999999Z"), kMorningMs + 123);
}

TEST(Timestamp, ALeapSecondIsTheNextMinute) {
  EXPECT_EQ(*parse_time("2016-12-31T23:59:60Z"), *parse_time("2017-01-01T00:00:00Z"));
}

TEST(Timestamp, LeapYearsAreKnown) {
  EXPECT_EQ(*parse_time("2024-03-01") - *parse_time("2024-02-29"), 24 * kHourMs);
  EXPECT_TRUE(parse_time("2000-02-29"));
  EXPECT_FALSE(parse_time("2026-02-29"));
  EXPECT_FALSE(parse_time("2100-02-29"));
}

TEST(Timestamp, WhatIsNoTimeIsRefusedWithExamples) {
  for (const char* text : {"",
                           "yesterday",
                           "2026",
                           "2026-11",
                           "2026-11-2",
                           "2026-13-01",
                           "2026-00-10",
                           "2026-11-31",
                           "2026-11-00",
                           "26-11-20",
                           "2026/11/20",
                           "2026-11-20T",
                           "2026-11-20T06:11Z",
                           "2026-11-20T06:11:00",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T06:60:00Z",
                           "2026-11-20T06:11:61Z",
                           "2026-11-20T06:11:00.Z",
                           "2026-11-20T06:11:00+2:00",
                           "2026-11-20T06:11:00+0200",
                           "2026-11-20T06:11:00+24:00",
                           "2026-11-20T06:11:00Zz",
                           " 2026-11-20",
                           "2026-11-20 ",
                           "+2026-11-20",
                           "-026-11-20",
                           "2026-11-20T06:11:00 02:00"}) {
    const Result<std::int64_t> time_ms = parse_time(text);
    ASSERT_FALSE(time_ms) << text;
    EXPECT_EQ(time_ms.error().code, kErrTimeInvalid) << text;
    EXPECT_NE(time_ms.error().message.find("2026-11-20T06:11:00Z"), std::string::npos) << text;
  }
}

TEST(Timestamp, WhatIsPrintedIsReadBackAndSortsAlike) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> any_ms(*parse_time("0000-01-01"),
                                                     *parse_time("9999-12-31T23:59:59.999Z"));
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t one_ms = any_ms(random);
    const std::int64_t other_ms = any_ms(random);
    EXPECT_EQ(*parse_time(format_time(one_ms)), one_ms) << format_time(one_ms);
    EXPECT_EQ(format_time(one_ms) < format_time(other_ms), one_ms < other_ms)
        << one_ms << " " << other_ms;
  }
}

TEST(Timestamp, TimesBeyondFourDigitYearsAreCutToThem) {
  EXPECT_EQ(format_time(std::numeric_limits<std::int64_t>::min()), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace cowrite::storage
