#include "server/loop/fair_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cowrite::loop {
namespace {

using storage::Payer;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Payer kOne{1};
constexpr Payer kTwo{2};
constexpr Payer kTypist{3};
constexpr std::size_t kSlice = 100;

class FairTurnsTest : public testing::Test {
 protected:
  void ask(Payer payer, const std::string& name, std::size_t cost = 1, std::size_t estimate = 0) {
    turns_.take(
        payer,
        [this, name, cost] {
          done_.push_back(name);
          return cost;
        },
        estimate);
  }

  // What was posted; false if nothing was.
  bool take_turn() {
    if (posted_.empty()) return false;
    const auto turn = std::move(posted_.front());
    posted_.pop_front();
    done_.clear();
    turn();
    return true;
  }

  FairTurns turns_{kSlice,
                   [this](std::function<void()> turn) { posted_.push_back(std::move(turn)); }};
  std::deque<std::function<void()>> posted_;
  std::vector<std::string> done_;
};

TEST_F(FairTurnsTest, WhatFitsIntoTheSliceIsDoneAtOnceAndPostsNothing) {
  ask(kOne, "a");
  ask(kTwo, "b");
  EXPECT_THAT(done_, ElementsAre("a", "b"));
  EXPECT_FALSE(take_turn());
}

TEST_F(FairTurnsTest, WhatComesWhenTheSliceIsUsedUpWaitsForAnotherTurn) {
  ask(kOne, "much", kSlice);
  ask(kTwo, "late");
  EXPECT_THAT(done_, ElementsAre("much"));
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, ElementsAre("late"));
  EXPECT_FALSE(take_turn());
}

TEST_F(FairTurnsTest, ATurnEndsWhenItsSliceIsUsedUp) {
  ask(kOne, "much", kSlice);
  for (const char* const name : {"a", "b", "c"}) ask(kOne, name, kSlice / 2);
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, ElementsAre("a", "b"));
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, ElementsAre("c"));
}

TEST_F(FairTurnsTest, NothingOvertakesWhatItsPayerHasAskedForBefore) {
  ask(kOne, "much", kSlice);
  ask(kOne, "first");
  ASSERT_TRUE(take_turn());
  ask(kOne, "much", kSlice);
  ask(kOne, "second");
  ask(kOne, "third");
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, ElementsAre("second", "third"));
}

TEST_F(FairTurnsTest, WhoHasUsedLeastGoesFirst) {
  ask(kOne, "much", kSlice);
  ask(kOne, "costly", kSlice / 2);
  for (const char* const name : {"a", "b"}) ask(kOne, name, 1);
  for (const char* const name : {"c", "d"}) ask(kTwo, name, 1);
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, ElementsAre("costly", "c", "d", "a", "b"));
}

TEST_F(FairTurnsTest, WhoTypesAtTimesIsBeforeAllWhoAlwaysWantMore) {
  constexpr std::size_t kCrowd = 1'000;
  const auto ask_all = [this] {
    for (std::size_t i = 0; i < kCrowd; ++i) ask(Payer{10 + i}, "crowd", kSlice / 10);
  };
  ask(kOne, "much", kSlice);
  for (int i = 0; i < 3; ++i) ask_all();
  for (std::size_t turns = 0; turns < kCrowd / 10; ++turns) ASSERT_TRUE(take_turn());
  for (int key = 0; key < 20; ++key) {
    for (int turns = 0; turns < 5; ++turns) ASSERT_TRUE(take_turn());
    ask(kTypist, "typist", kSlice / 10);
    ASSERT_TRUE(take_turn());
    // Before it there may be the one that has waited longest, which has its turn now and then.
    done_.resize(2);
    EXPECT_THAT(done_, Contains("typist"));
  }
}

TEST_F(FairTurnsTest, ALetterIsBeforeACrowdThatComesAtOnceAndWantsMore) {
  ask(kOne, "much", kSlice);
  for (std::size_t i = 0; i < 1'000; ++i) ask(Payer{10 + i}, "crowd", kSlice / 2, kSlice / 2);
  ask(kTypist, "typist", 1, 1);
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, Contains("typist"));
}

TEST_F(FairTurnsTest, WhatIsDoneMayAskForMore) {
  ask(kOne, "much", kSlice);
  turns_.take(kOne, [this] {
    ask(kOne, "more");
    return std::size_t{1};
  });
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, ElementsAre("more"));
}

TEST_F(FairTurnsTest, WhatIsForgottenIsNeverDone) {
  ask(kOne, "much", kSlice);
  ask(kOne, "forgotten");
  turns_.clear();
  ASSERT_TRUE(take_turn());
  EXPECT_THAT(done_, IsEmpty());
}

// A turn that could not be posted is posted when there is more to do.
TEST_F(FairTurnsTest, WhatIsHeldWaitsUntilItIsLookedAtAgain) {
  bool is_held = true;
  std::deque<std::function<void()>> later;
  std::vector<Payer> done;
  FairTurns turns(
      kSlice, [](const auto&) { FAIL() << "it would look again at once"; },
      {.is_held = [&] { return is_held; },
       .post_later = [&](std::function<void()> turn) { later.push_back(std::move(turn)); }});
  const auto ask = [&](Payer payer, bool holds_others) {
    return turns.take(payer, [&, payer, holds_others] {
      done.push_back(payer);
      is_held = holds_others;
      return std::size_t{1};
    });
  };
  EXPECT_FALSE(ask(kOne, true));
  EXPECT_FALSE(ask(kTwo, false));
  ASSERT_EQ(later.size(), 1U);
  const auto look = [&] {
    const auto turn = std::move(later.front());
    later.pop_front();
    turn();
  };
  look();
  EXPECT_THAT(done, IsEmpty());
  is_held = false;
  look();
  EXPECT_THAT(done, ElementsAre(kOne)) << "which holds the other";
  is_held = false;
  look();
  EXPECT_THAT(done, ElementsAre(kOne, kTwo));
  EXPECT_THAT(later, IsEmpty());
  EXPECT_TRUE(ask(kOne, false)) << "nothing waits";
}

TEST_F(FairTurnsTest, SurvivesThatNothingCanBePosted) {
  bool fails = true;
  std::deque<std::function<void()>> posted;
  FairTurns turns(kSlice, [&](std::function<void()> turn) {
    if (std::exchange(fails, false)) throw std::bad_alloc();
    posted.push_back(std::move(turn));
  });
  int done = 0;
  const auto work = [&done] {
    ++done;
    return kSlice;
  };
  EXPECT_THROW(turns.take(kOne, work), std::bad_alloc);
  turns.take(kOne, work);
  ASSERT_EQ(posted.size(), 1U);
  posted.front()();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace cowrite::loop
