#include "server/transport/heartbeat.h"

#include <gtest/gtest.h>

namespace cowrite::transport {
namespace {

using std::chrono::seconds;
using Verdict = Heartbeat::Verdict;

// Asks at a number of seconds after the connection began, with the bytes read and written until
// then.
class HeartbeatAt : public ::testing::Test {
 protected:
  Verdict at(int second, std::uint64_t read, std::uint64_t written) {
    return heartbeat_.check(begin_ + seconds(second), {read, written}, timing_);
  }
  void ping(int second, std::uint64_t end) { heartbeat_.pinged(begin_ + seconds(second), end); }

  const Heartbeat::Time begin_ = std::chrono::steady_clock::now();
  const Timing timing_;  // 20 s and 20 s.
  Heartbeat heartbeat_{begin_};
};

TEST_F(HeartbeatAt, PingsAfterSilenceAndGivesUpAfterMore) {
  EXPECT_EQ(at(19, 0, 0), Verdict::kFine);
  EXPECT_EQ(at(20, 0, 0), Verdict::kPing);
  ping(20, 2);
  EXPECT_EQ(at(39, 0, 2), Verdict::kFine);
  EXPECT_EQ(at(40, 0, 2), Verdict::kGone);
}

TEST_F(HeartbeatAt, AnyByteFromTheClientBeginsAnew) {
  EXPECT_EQ(at(19, 1, 0), Verdict::kFine);
  EXPECT_EQ(at(38, 1, 0), Verdict::kFine);
  EXPECT_EQ(at(39, 1, 0), Verdict::kPing);
  ping(39, 2);
  EXPECT_EQ(at(58, 2, 2), Verdict::kFine) << "the answer";
  EXPECT_EQ(at(77, 2, 2), Verdict::kFine);
  EXPECT_EQ(at(78, 2, 2), Verdict::kPing);
}

TEST_F(HeartbeatAt, WhoTakesWhatIsQueuedBeforeThePingIsThere) {
  EXPECT_EQ(at(20, 0, 100), Verdict::kPing);
  ping(20, 10'000);
  for (int second = 30; second < 100; second += 10) {
    EXPECT_EQ(at(second, 0, static_cast<std::uint64_t>(second) * 10), Verdict::kFine) << second;
  }
  EXPECT_EQ(at(109, 0, 900), Verdict::kFine);
  EXPECT_EQ(at(110, 0, 900), Verdict::kGone) << "20 s after the last that it took";
}

TEST_F(HeartbeatAt, WhatIsSentAfterThePingProvesNothing) {
  EXPECT_EQ(at(20, 0, 0), Verdict::kPing);
  ping(20, 2);
  EXPECT_EQ(at(30, 0, 500), Verdict::kFine);
  EXPECT_EQ(at(40, 0, 1'000), Verdict::kGone);
}

TEST_F(HeartbeatAt, NothingIsHeldAgainstAClientThatIsNotReadFrom) {
  EXPECT_EQ(at(20, 0, 0), Verdict::kPing);
  ping(20, 2);
  heartbeat_.suspend(begin_ + seconds(50));
  EXPECT_EQ(at(69, 0, 2), Verdict::kFine);
  EXPECT_EQ(at(70, 0, 2), Verdict::kPing);
}

}  // namespace
}  // namespace cowrite::transport
