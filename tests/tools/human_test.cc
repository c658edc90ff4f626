#include "tools/cli/human.h"

#include <gtest/gtest.h>

#include "storage/timestamp.h"

namespace cowrite::cli {
namespace {

TEST(Human, BytesHaveThreeDigitsAtMost) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1'000), "1.0 KiB");
  EXPECT_EQ(human_bytes(1'536), "1.5 KiB");
  EXPECT_EQ(human_bytes(10'188), "9.9 KiB");
  EXPECT_EQ(human_bytes(10'189), "10 KiB");
  EXPECT_EQ(human_bytes(1'023'000), "999 KiB");
  EXPECT_EQ(human_bytes(1'024'000), "1.0 MiB");
  EXPECT_EQ(human_bytes(16 << 20), "16 MiB");
  EXPECT_EQ(human_bytes(~std::uint64_t{0}), "16 EiB");
}

TEST(Human, TimesAreToldByTheirDistance) {
  const std::int64_t now_ms = *storage::parse_time("2026-11-20T12:00:00Z");
  const auto at = [&](std::string_view time) {
    return human_time(*storage::parse_time(time), now_ms);
  };
  EXPECT_EQ(at("2026-11-20T12:00:00Z"), "just now");
  EXPECT_EQ(at("2026-11-20T11:59:50.001Z"), "just now");
  EXPECT_EQ(at("2026-11-20T11:59:50Z"), "10 seconds ago");
  EXPECT_EQ(at("2026-11-20T11:59:00Z"), "1 minute ago");
  EXPECT_EQ(at("2026-11-20T11:00:01Z"), "59 minutes ago");
  EXPECT_EQ(at("2026-11-20T11:00:00Z"), "1 hour ago");
  EXPECT_EQ(at("2026-11-19T12:00:01Z"), "23 hours ago");
  EXPECT_EQ(at("2026-11-19T12:00:00Z"), "1 day ago");
  EXPECT_EQ(at("2026-11-06T12:00:01Z"), "13 days ago");
  EXPECT_EQ(at("2026-11-06T12:00:00Z"), "2026-11-06");
  EXPECT_EQ(at("1970-01-01T00:00:00Z"), "1970-01-01");
}

TEST(Human, AClockThatIsAheadIsNotHidden) {
  const std::int64_t now_ms = *storage::parse_time("2026-11-20T12:00:00Z");
  EXPECT_EQ(human_time(now_ms + 60'000, now_ms), "just now");
  EXPECT_EQ(human_time(now_ms + 60'001, now_ms), "2026-11-20T12:01:00.001Z");
}

}  // namespace
}  // namespace cowrite::cli
