#include "server/loop/turns.h"

#include <gtest/gtest.h>

#include <future>

#include "server/loop/loop.h"

namespace cowrite::loop {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

class TurnsTest : public ::testing::Test {
 protected:
  TurnsTest() { turns_.begin(now_); }

  // The thread waits, and then has a turn; it may also stand still while others have the processor.
  void turn(microseconds processor, microseconds waiting = 0us, microseconds standing_still = 0us) {
    used_ += processor;
    now_ += waiting + processor + standing_still;
    turns_.ended(now_);
  }
  // How many turns took at most 1 ms, 2 ms, 5 ms, 10 ms; and more.
  std::vector<std::uint64_t> counts() {
    const counting::HistogramCounts read = turns_.read();
    std::vector<std::uint64_t> counts(read.counts.begin(), read.counts.begin() + 4);
    counts.push_back(read.total() - counts[0] - counts[1] - counts[2] - counts[3]);
    return counts;
  }
  using Counts = std::vector<std::uint64_t>;

  Turns::Time now_{1'000s};
  Turns::Processor used_{7s};  // Before the first turn.
  Turns turns_{[this] {
    ++measured_;
    return used_;
  }};
  int measured_ = 0;
};

TEST_F(TurnsTest, ALongTurnIsMeasuredByTheProcessorsTime) {
  turn(4ms);
  EXPECT_EQ(turns_.longest(now_), 4ms);
  turn(3ms, 0us, 50ms);
  EXPECT_EQ(turns_.longest(now_), 4ms) << "it stood still, it did not work";
  EXPECT_EQ(counts(), (Counts{0, 0, 2, 0, 0}));
}

TEST_F(TurnsTest, WaitingIsNoTurn) {
  turn(100us, 10s);
  turn(200us, 10s);
  EXPECT_EQ(turns_.longest(now_), 0ms);
  EXPECT_EQ(counts(), (Counts{2, 0, 0, 0, 0}));
}

TEST_F(TurnsTest, ManyShortTurnsAreNoLongOne) {
  for (int i = 0; i < 10'000; ++i) turn(70us);
  EXPECT_EQ(turns_.longest(now_), 0ms);
  EXPECT_EQ(counts(), (Counts{10'000, 0, 0, 0, 0}));
  EXPECT_LE(measured_, 701) << "the system is asked once a millisecond";
}

TEST_F(TurnsTest, ALongTurnAfterShortOnesIsTooShortByLessThanTheResolution) {
  turn(100us, 300us);
  turn(400us, 100us);
  turn(30ms);
  EXPECT_LE(turns_.longest(now_), 30ms);
  EXPECT_GT(turns_.longest(now_), 29ms);
}

TEST_F(TurnsTest, TheLongestIsForgottenAfterAMinute) {
  turn(20ms);
  turn(10ms, 30s);
  EXPECT_EQ(turns_.longest(now_), 20ms);
  EXPECT_EQ(turns_.longest(now_), 20ms) << "looking takes nothing away";
  turn(100us, 36s);
  EXPECT_EQ(turns_.longest(now_), 10ms);
  EXPECT_EQ(turns_.longest(now_ + 60s), 0ms) << "also when nothing happens any more";
  turn(5ms, 3'600s);
  EXPECT_EQ(turns_.longest(now_), 5ms);
}

TEST_F(TurnsTest, TheSumIsTheThreadsTime) {
  turn(4ms, 1s);
  turn(6ms, 0us, 1s);
  EXPECT_DOUBLE_EQ(turns_.read().sum, 7.010);
}

TEST(Loop, CountsItsTurns) {
  Loop loop;
  loop.start();
  const auto run = [&loop](const std::function<void()>& work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  };
  run([] {
    const Turns::Processor begin = Turns::thread_processor_time();
    while (Turns::thread_processor_time() - begin < 20ms) {
    }
  });
  run([] {});  // The turn before has ended.
  const Turns::Processor longest = loop.turns().longest(std::chrono::steady_clock::now());
  EXPECT_GT(longest, 19ms);
  EXPECT_GE(loop.turns().read().total(), 1U);
  EXPECT_GT(loop.turns().read().sum, 0.02);
}

}  // namespace
}  // namespace cowrite::loop
