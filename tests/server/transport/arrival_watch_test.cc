#include "server/transport/arrival_watch.h"

#include <gtest/gtest.h>

#include <string>

#include "server/transport/limits.h"
#include "tests/server/transport/test_client.h"

namespace cowrite::transport {
namespace {

using std::chrono::seconds;
using Reading = ArrivalWatch::Reading;

// Looks at a number of seconds after the connection began.
class Watch : public ::testing::Test {
 protected:
  void begin(std::size_t bytes) {
    const std::string frame = to_bytes({true, Opcode::kText, std::string(bytes, 'x')});
    meter_.take(frame.substr(0, frame.size() - bytes), kMessageBytesMax);
    left_ = bytes;
  }
  void send(std::size_t bytes) {
    meter_.take(std::string(bytes, 'x'), kMessageBytesMax);
    left_ -= bytes;
  }
  void look(int second, Reading reading = Reading::kOn) {
    watch_.look(begin_ + seconds(second), meter_, reading);
  }
  bool late() const { return watch_.is_late(timing_); }
  bool stalled() const { return watch_.is_stalled(timing_); }

  const ArrivalWatch::Time begin_ = std::chrono::steady_clock::now();
  const Timing timing_;  // A minute, and 10 s where others wait.
  FrameMeter meter_;
  ArrivalWatch watch_;
  std::size_t left_ = 0;
};

TEST_F(Watch, NothingIsLateWhereNothingHasBegun) {
  for (int second = 0; second < 1'000; second += 100) look(second);
  EXPECT_FALSE(late());
  EXPECT_FALSE(stalled());
}

TEST_F(Watch, AMessageOfTheLargestSizeOverASlowLineArrives) {
  begin(kMessageBytesMax);
  int second = 0;
  for (; left_ > 64 << 10; ++second) {
    send(64 << 10);
    look(second);
    ASSERT_FALSE(late()) << second;
    ASSERT_FALSE(stalled()) << second;
  }
  EXPECT_GT(second, 120);
}

TEST_F(Watch, AMessageThatPausesIsStalledAfterTenSecondsAndLateAfterAMinute) {
  begin(kMessageBytesMax);
  send(kMessageBytesMax - 1);
  look(0);
  look(9);
  EXPECT_FALSE(stalled());
  look(10);
  EXPECT_TRUE(stalled());
  look(59);
  EXPECT_FALSE(late());
  look(60);
  EXPECT_TRUE(late());
}

TEST_F(Watch, AMessageThatTricklesIsLateAfterAMinuteAndWhatItsLengthAllows) {
  begin(kMessageBytesMax);
  for (int second = 0; second <= 61; ++second) {
    send(1);
    look(second);
    ASSERT_EQ(late(), second > 60) << second;
  }
}

TEST_F(Watch, WhatComesSlowerThanTheLeastRateIsStalledThoughItNeverPauses) {
  begin(kMessageBytesMax);
  int second = 0;
  for (; second <= 60; ++second) {
    send(kInputRateMin / 2);
    look(second);
    ASSERT_FALSE(late()) << second;
  }
  EXPECT_TRUE(stalled());
}

TEST_F(Watch, TimeInWhichNothingIsReadIsHeldAgainstItOnlyWhereOthersWait) {
  begin(kMessageBytesMax);
  look(0);
  look(1'000, Reading::kHeld);
  EXPECT_FALSE(late());
  EXPECT_TRUE(stalled());
  send(1);
  look(1'001);
  EXPECT_FALSE(stalled());
}

TEST_F(Watch, EachMessageHasATimeOfItsOwn) {
  for (int second = 0; second < 1'000; second += 50) {
    begin(1'000);
    look(second);
    look(second + 49);
    ASSERT_FALSE(late()) << second;
    send(1'000);
  }
}

TEST_F(Watch, HalfAFrameHeaderIsNoEndlessBeginning) {
  meter_.take("\x81", kMessageBytesMax);
  look(0);
  look(60);
  EXPECT_TRUE(late());
}

}  // namespace
}  // namespace cowrite::transport
