// When what comes together has come.
#include "server/switchboard/gathering.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <utility>

#include "server/switchboard/limits.h"

namespace cowrite::switchboard {
namespace {

class GatheringTest : public ::testing::Test {
 protected:
  void begin() {
    ended_ = false;
    gathering_.begin([this] { ended_ = true; });
  }
  void ask() { gathering_.note_request(); }
  void look() {
    for (const auto& work : std::exchange(posted_, {})) work();
  }

  document::Moment now_;
  std::deque<Gathering::Work> posted_;
  bool ended_ = false;
  Gathering gathering_{[this] { return now_; },
                       [this](Gathering::Work work) { posted_.push_back(std::move(work)); }};
};

TEST_F(GatheringTest, GoesOnAsLongAsEachLookBringsRequests) {
  begin();
  for (int i = 0; i < 3; ++i) {
    ask();
    look();
    EXPECT_FALSE(ended_);
  }
  look();
  EXPECT_TRUE(ended_);
}

TEST_F(GatheringTest, EndsAfterAWhileHoweverManyAsk) {
  begin();
  ask();
  now_ += kGathered;
  look();
  EXPECT_TRUE(ended_);
}

TEST_F(GatheringTest, WhoWasAloneDoesNotWaitTheNextTime) {
  begin();
  look();
  EXPECT_TRUE(ended_);
  begin();
  EXPECT_TRUE(ended_) << "at once";
  begin();
  EXPECT_FALSE(ended_) << "somebody might have come meanwhile";
}

TEST_F(GatheringTest, WhoWasNotAloneWaits) {
  begin();
  ask();
  look();
  look();
  EXPECT_TRUE(ended_);
  begin();
  EXPECT_FALSE(ended_);
}

}  // namespace
}  // namespace cowrite::switchboard
