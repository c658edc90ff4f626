#include "server/history/room.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "server/history/errors.h"

namespace cowrite::history {
namespace {

// Memory for one at a time, however much.
class RoomTest : public testing::Test {
 protected:
  std::shared_ptr<const void> reserve(std::size_t bytes) {
    asked_.push_back(bytes);
    if (taken_) return nullptr;
    taken_ = true;
    return {this, [this](const void*) { taken_ = false; }};
  }
  Room room() {
    return Room([this](std::size_t bytes) { return reserve(bytes); });
  }

  bool taken_ = false;
  std::vector<std::size_t> asked_;
};

TEST_F(RoomTest, AQueryIsNotInItsOwnWay) {
  Room room = this->room();
  ASSERT_TRUE(room.grow_to(1'000));
  ASSERT_TRUE(room.grow_to(100'000));
  EXPECT_TRUE(taken_);
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(RoomTest, WhoNeedsNoMoreDoesNotAsk) {
  Room room = this->room();
  ASSERT_TRUE(room.grow_to(1'000));
  ASSERT_TRUE(room.grow_to(999));
  ASSERT_TRUE(room.grow_to(1'001));  // A little more was taken.
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(RoomTest, WhereThereIsNoneItFailsAndMayBeAskedForAgain) {
  Room room = this->room();
  taken_ = true;
  const Result<void> refused = room.grow_to(1'000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kErrNoRoom);
  taken_ = false;
  EXPECT_TRUE(room.grow_to(1'000));
}

TEST_F(RoomTest, IsGivenBackAtTheEnd) {
  {
    Room room = this->room();
    ASSERT_TRUE(room.grow_to(1'000));
  }
  EXPECT_FALSE(taken_);
}

TEST(RoomOfNobodyElse, IsAlwaysThere) { EXPECT_TRUE(Room().grow_to(SIZE_MAX / 2)); }

}  // namespace
}  // namespace cowrite::history
