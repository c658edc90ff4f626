// Who is told of what, in which turn and order.

#include "server/switchboard/fan_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "server/switchboard/limits.h"

namespace cowrite::switchboard {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A slice of two, and of each telling one in any case. "a0" is noted where the first session is
// told of a.
class FanOutTest : public ::testing::Test {
 protected:
  using Kind = FanOut::Kind;

  void tell(const std::string& lane, const std::string& what, std::size_t count,
            std::size_t cost = 1) {
    fan_out_.tell([&] { return lane; }, count,
                  [this, what, cost](std::size_t index) {
                    told_.push_back(what + std::to_string(index));
                    return cost;
                  });
  }
  // As it is used: at once where nothing is under way, else when its turn has come.
  void announce(const std::string& lane, const std::string& what, std::size_t count) {
    if (!fan_out_.under_way(lane)) return tell(lane, what, count);
    fan_out_.wait(lane, [this, lane, what, count] { tell(lane, what, count); });
  }
  void present(const std::string& lane, const std::string& name, std::uint64_t version,
               Kind kind = Kind::kShown, std::size_t bytes = 1) {
    const std::string what = name + std::to_string(version) + ":";
    fan_out_.wait(
        lane,
        {.name = name, .version = version, .bytes = bytes, .kind = kind, .listeners = listeners_},
        [this, lane, what] { tell(lane, what, 1); });
  }

  std::vector<std::string> told() { return std::exchange(told_, {}); }
  // What is told in the next turn.
  std::vector<std::string> turn() {
    EXPECT_FALSE(posted_.empty());
    const FanOut::Work work = std::move(posted_.front());
    posted_.erase(posted_.begin());
    work();
    return told();
  }
  std::vector<std::string> all_turns() {
    while (!posted_.empty()) std::ranges::move(turn(), std::back_inserter(all_));
    return std::exchange(all_, {});
  }

  std::vector<FanOut::Work> posted_;
  std::vector<std::string> told_;
  std::vector<std::string> all_;
  counting::Counter waiting_;
  bool may_send_ = true;
  FanOut fan_out_{2, 1, [this](FanOut::Work work) { posted_.push_back(std::move(work)); },
                  [this] { return may_send_; }, waiting_};
  std::size_t listeners_ = 1;  // Of presences.
};

TEST_F(FanOutTest, FewAreToldAtOnceAndNothingIsKept) {
  tell("d", "a", 1);
  EXPECT_THAT(posted_, IsEmpty());
  EXPECT_TRUE(fan_out_.has_room("d"));
  tell("d", "b", 1);
  EXPECT_THAT(told(), ElementsAre("a0", "b0"));
  EXPECT_TRUE(fan_out_.idle());
  EXPECT_FALSE(fan_out_.has_room("d")) << "the slice is used up";
  EXPECT_THAT(turn(), IsEmpty());
  EXPECT_TRUE(fan_out_.has_room("d"));
  EXPECT_THAT(posted_, IsEmpty());
}

TEST_F(FanOutTest, TheSliceIsOneForAllThatIsToldButForTheFirstOfEach) {
  tell("d", "a", 2);
  tell("e", "b", 2);
  tell("f", "c", 1);
  EXPECT_THAT(told(), ElementsAre("a0", "a1", "b0", "c0"));
  EXPECT_TRUE(fan_out_.under_way("e"));
  EXPECT_FALSE(fan_out_.under_way("f"));
  EXPECT_THAT(turn(), ElementsAre("b1"));
  EXPECT_TRUE(fan_out_.idle());
}

TEST_F(FanOutTest, APresenceWaitsForTheNextSliceAlsoWhereNothingIsUnderWay) {
  tell("d", "a", 2);
  present("e", "x", 1);
  present("e", "x", 2);
  EXPECT_THAT(told(), ElementsAre("a0", "a1"));
  EXPECT_THAT(all_turns(), ElementsAre("x2:0"));
  EXPECT_TRUE(fan_out_.idle());
}

TEST_F(FanOutTest, WhereThereIsNoRoomASliceIsToldATurnHoweverManyLanesThereAre) {
  may_send_ = false;
  tell("d", "a", 2);
  tell("e", "b", 2);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_THAT(turn(), ElementsAre("a0", "a1"));
  EXPECT_THAT(turn(), ElementsAre("b0", "b1"));
  EXPECT_TRUE(fan_out_.idle());
  EXPECT_THAT(turn(), IsEmpty());
  may_send_ = true;
  tell("d", "c", 2);
  EXPECT_THAT(told(), ElementsAre("c0", "c1"));
}

TEST_F(FanOutTest, ManyAreToldASliceATurn) {
  tell("d", "a", 5);
  EXPECT_THAT(told(), ElementsAre("a0", "a1"));
  EXPECT_TRUE(fan_out_.under_way("d"));
  EXPECT_FALSE(fan_out_.under_way("e"));
  EXPECT_THAT(turn(), ElementsAre("a2", "a3"));
  EXPECT_THAT(turn(), ElementsAre("a4"));
  EXPECT_TRUE(fan_out_.idle());
  EXPECT_THAT(posted_, IsEmpty());
}

TEST_F(FanOutTest, WhoCostsMoreEndsTheSliceEarlier) {
  tell("d", "a", 3, /*cost=*/7);
  EXPECT_THAT(told(), ElementsAre("a0"));
  EXPECT_THAT(turn(), ElementsAre("a1"));
  EXPECT_THAT(turn(), ElementsAre("a2"));
  EXPECT_THAT(turn(), IsEmpty());
  tell("d", "b", 2);
  EXPECT_THAT(told(), ElementsAre("b0", "b1")) << "the next turn has a slice of its own";
}

TEST_F(FanOutTest, WhatComesLaterOvertakesNothing) {
  announce("d", "a", 3);
  announce("d", "b", 3);
  announce("d", "c", 1);
  EXPECT_EQ(waiting_.value(), 3U);
  EXPECT_THAT(told(), ElementsAre("a0", "a1"));
  EXPECT_THAT(turn(), ElementsAre("a2"));
  EXPECT_THAT(all_turns(), ElementsAre("b0", "b1", "b2", "c0"));
  EXPECT_TRUE(fan_out_.idle());
  EXPECT_EQ(waiting_.value(), 0U);
}

TEST_F(FanOutTest, LanesTakeTurns) {
  announce("d", "a", 6);
  announce("e", "b", 4);
  (void)told();
  EXPECT_THAT(turn(), ElementsAre("a2", "a3"));
  EXPECT_THAT(turn(), ElementsAre("b1", "b2"));
  EXPECT_THAT(turn(), ElementsAre("a4", "a5"));
  announce("f", "c", 1);
  EXPECT_THAT(told(), ElementsAre("c0")) << "what few are told does not wait for other lanes";
}

TEST_F(FanOutTest, WhereLittleWasToldGoesFirstAndWhereMuchWasToldGetsOn) {
  announce("crowd", "a", 20);
  EXPECT_THAT(turn(), ElementsAre("a0", "a1", "a2", "a3"));
  announce("d", "b", 3);
  EXPECT_THAT(told(), ElementsAre("b0"));
  EXPECT_THAT(turn(), ElementsAre("b1", "b2"));
  announce("e", "c", 3);
  (void)told();
  EXPECT_THAT(turn(), ElementsAre("c1", "c2"));
  announce("f", "d", 3);
  (void)told();
  EXPECT_THAT(turn(), ElementsAre("a4", "a5")) << "it has waited longest";
  EXPECT_THAT(turn(), ElementsAre("d1", "d2"));
}

TEST_F(FanOutTest, OnlyTheLatestPresenceOfANameIsTold) {
  announce("d", "a", 3);
  present("d", "x", 1);
  present("d", "y", 1);
  present("d", "x", 3);
  present("d", "x", 2);  // It came late.
  (void)told();
  EXPECT_EQ(waiting_.value(), 3U);
  EXPECT_THAT(all_turns(), ElementsAre("a2", "x3:0", "y1:0"));
  EXPECT_EQ(waiting_.value(), 0U);
}

TEST_F(FanOutTest, ALaterPresenceDoesNotOvertakeWhatKeepsItsOrder) {
  announce("d", "a", 3);
  present("d", "x", 1);
  announce("d", "b", 1);
  present("d", "x", 2);
  present("d", "x", 3);
  (void)told();
  EXPECT_THAT(all_turns(), ElementsAre("a2", "x1:0", "b0", "x3:0"));
}

TEST_F(FanOutTest, BeyondTheirBoundThePresencesThatWaitLongestAreForgottenButNoEnds) {
  listeners_ = kPresenceTellingsMax / 2;  // So that two may wait.
  announce("d", "a", 9);
  present("d", "gone", 1, Kind::kGone);
  present("d", "x", 1);
  present("d", "y", 1);
  announce("d", "b", 1);
  present("d", "z", 1);
  EXPECT_EQ(waiting_.value(), 5U);
  present("d", "x", 2);
  present("d", "x", 3);
  std::vector<std::string> rest = all_turns();
  rest.erase(rest.begin(), rest.end() - 4);
  EXPECT_THAT(rest, ElementsAre("gone1:0", "b0", "z1:0", "x3:0"));
}

TEST_F(FanOutTest, AnEndTakesThePlaceOfItsPresenceAndWhatBeginsAnewComesAfterIt) {
  announce("d", "a", 3);
  present("d", "x", 7);
  present("d", "x", 8, Kind::kGone);
  present("d", "x", 7, Kind::kGone);  // Of an older connection.
  present("d", "x", 1);
  present("d", "x", 2);
  (void)told();
  EXPECT_EQ(waiting_.value(), 3U);
  EXPECT_THAT(all_turns(), ElementsAre("a2", "x8:0", "x2:0"));
  EXPECT_EQ(waiting_.value(), 0U);
}

TEST_F(FanOutTest, EndsAreForgottenForWantOfMemoryOnly) {
  constexpr std::size_t kHalf = kWaitingPresenceBytesMax / 2;
  announce("d", "a", 3);
  announce("e", "b", 3);
  present("d", "x", 1, Kind::kGone, kHalf);
  present("d", "y", 1, Kind::kShown, kHalf);
  present("d", "z", 1, Kind::kGone, kHalf);
  EXPECT_EQ(waiting_.value(), 4U) << "y was forgotten";
  present("e", "w", 1, Kind::kGone, kHalf);
  EXPECT_EQ(waiting_.value(), 4U) << "w was, since all lanes have one memory";
  present("d", "v", 1, Kind::kGone, kHalf);
  (void)told();
  EXPECT_THAT(all_turns(), ElementsAre("a2", "b1", "b2", "z1:0", "v1:0"));
  EXPECT_EQ(waiting_.value(), 0U);
}

}  // namespace
}  // namespace cowrite::switchboard
