#include "server/log/repeats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/log/pipe.h"

namespace cowrite::log {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RepeatsTest : public testing::Test {
 protected:
  // The lines without their times.
  std::vector<std::string> lines() {
    log_.reset();
    std::vector<std::string> found;
    for (const std::string& line : pipe_.lines()) found.push_back(line.substr(line.find(' ') + 1));
    return found;
  }

  void tell(const std::string& kind, const std::string& sentence) {
    repeats_.tell(Level::kWarning, kind, sentence, {{"kind", kind}});
  }

  Pipe pipe_;
  std::unique_ptr<Log> log_ = std::make_unique<Log>(pipe_.input(), Level::kInfo, Format::kText);
  Repeats::Clock::time_point now_;
  Repeats repeats_{*log_, [this] { return now_; }};
};

TEST_F(RepeatsTest, AreTheFirstAndThenACount) {
  tell("A", "a");
  tell("A", "a");
  now_ += std::chrono::seconds(30);
  tell("A", "a");
  repeats_.sweep();
  now_ += std::chrono::seconds(30);
  repeats_.sweep();
  EXPECT_THAT(lines(), ElementsAre("warning a kind=A",
                                   "warning more of this kind kind=A count=2 seconds=60"));
}

TEST_F(RepeatsTest, BeginAnewWhenTheMinuteIsOverAlsoWithoutASweep) {
  tell("A", "a");
  tell("A", "a");
  now_ += std::chrono::seconds(61);
  tell("A", "a");
  EXPECT_THAT(lines(),
              ElementsAre("warning a kind=A", "warning more of this kind kind=A count=1 seconds=61",
                          "warning a kind=A"));
}

TEST_F(RepeatsTest, OfOneKindDoNotHideAnother) {
  for (int i = 0; i < 100; ++i) tell("A", "a" + std::to_string(i));
  tell("B", "b");
  repeats_.finish();
  std::vector<std::string> found = lines();
  ASSERT_EQ(found.size(), kSentencesMax + 2);
  EXPECT_EQ(found[kSentencesMax], "warning b kind=B");
  EXPECT_EQ(found.back(), "warning more of this kind kind=A count=92 seconds=0");
}

TEST_F(RepeatsTest, AreCountedAtTheEnd) {
  tell("A", "a");
  tell("A", "a");
  repeats_.finish();
  repeats_.finish();
  EXPECT_THAT(lines(), ElementsAre("warning a kind=A",
                                   "warning more of this kind kind=A count=1 seconds=0"));
}

TEST_F(RepeatsTest, ThatNeverWereAreNotCounted) {
  repeats_.sweep();
  repeats_.finish();
  EXPECT_THAT(lines(), IsEmpty());
}

}  // namespace
}  // namespace cowrite::log
