#include "server/transport/output_watch.h"

#include <gtest/gtest.h>

#include "server/transport/limits.h"

namespace cowrite::transport {
namespace {

using std::chrono::seconds;
using Queue = OutputWatch::Queue;

// Asks at a number of seconds after the connection began, with the bytes written until then.
class Output : public ::testing::Test {
 protected:
  bool stalled(int second, std::uint64_t written, Queue queue = Queue::kWaiting) {
    return watch_.is_stalled(begin_ + seconds(second), written, queue, timing_);
  }

  const OutputWatch::Time begin_ = std::chrono::steady_clock::now();
  const Timing timing_;  // A minute.
  OutputWatch watch_;
};

TEST_F(Output, IsStalledAfterAMinuteInWhichNothingWasTaken) {
  EXPECT_FALSE(stalled(0, 1'000));
  EXPECT_FALSE(stalled(59, 1'000));
  EXPECT_TRUE(stalled(60, 1'000));
}

TEST_F(Output, IsStalledBelowTheLeastRate) {
  EXPECT_FALSE(stalled(0, 0));
  EXPECT_FALSE(stalled(30, 30 * kOutputRateMin));
  EXPECT_TRUE(stalled(60, 60 * kOutputRateMin - 1));
}

TEST_F(Output, WhoKeepsUpTheRateMayTakeAsLongAsItIs) {
  for (int second = 0; second <= 600; ++second) {
    EXPECT_FALSE(stalled(second, static_cast<std::uint64_t>(second) * kOutputRateMin)) << second;
  }
}

TEST_F(Output, NothingIsStalledWhereNothingWaits) {
  for (int second = 0; second <= 600; second += 10) EXPECT_FALSE(stalled(second, 7, Queue::kEmpty));
}

TEST_F(Output, TheMinuteBeginsWhenSomethingWaits) {
  EXPECT_FALSE(stalled(0, 0));
  EXPECT_FALSE(stalled(50, 10, Queue::kEmpty));
  EXPECT_FALSE(stalled(100, 10));
  EXPECT_FALSE(stalled(159, 10));
  EXPECT_TRUE(stalled(160, 10));
}

}  // namespace
}  // namespace cowrite::transport
