#include "server/transport/input_budget.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/transport/limits.h"

namespace cowrite::transport {
namespace {

using storage::Payer;
using Grant = InputBudget::Grant;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class Budget : public ::testing::Test {
 protected:
  // Keeps what is given under a name.
  void wait(const std::string& name, Payer payer, std::uint64_t bytes) {
    places_.push_back(budget_->wait(payer, bytes, [this, name](Grant grant) {
      given_.push_back(name);
      grants_.push_back(std::move(grant));
    }));
  }

  int wakes_ = 0;
  std::shared_ptr<InputBudget> budget_ =
      std::make_shared<InputBudget>(kInputBytesMin, [this] { ++wakes_; });  // 12 MiB.
  std::vector<InputBudget::Place> places_;
  std::vector<std::string> given_;
  std::vector<Grant> grants_;
};

TEST_F(Budget, GivesRoomAndTakesItBackAtTheEndOfTheGrant) {
  {
    Grant grant = budget_->take(Payer{1}, 8 * kMiB);
    EXPECT_EQ(grant.bytes(), 8 * kMiB);
    const Grant moved = std::move(grant);
    EXPECT_EQ(budget_->bytes(), 8 * kMiB);
  }
  EXPECT_EQ(budget_->bytes(), 0U);
}

TEST_F(Budget, GrantsOfOnePayerMakeOne) {
  Grant grant = budget_->take(Payer{1}, 1'000);
  grant.add(budget_->take(Payer{1}, 2'000));
  EXPECT_EQ(grant.bytes(), 3'000U);
  EXPECT_EQ(budget_->bytes(), 3'000U);
  grant.give_back();
  EXPECT_EQ(budget_->bytes(), 0U);
}

TEST_F(Budget, AGrantGrowsBeyondTheBoundAndNobodyElseIsGivenRoomUntilAllIsWithinIt) {
  Grant grown = budget_->take(Payer{1}, 6 * kMiB);
  grown.grow_to(13 * kMiB);
  grown.grow_to(5 * kMiB);  // It has more.
  EXPECT_EQ(grown.bytes(), 13 * kMiB);
  EXPECT_EQ(budget_->bytes(), 13 * kMiB);
  EXPECT_EQ(budget_->take(Payer{2}, 1).bytes(), 0U);
  wait("small", Payer{2}, 1);
  budget_->serve();
  EXPECT_TRUE(given_.empty());
  grown.give_back();
  budget_->serve();
  EXPECT_EQ(given_, (std::vector<std::string>{"small"}));
  EXPECT_EQ(budget_->bytes(), 1U);
}

TEST_F(Budget, LargeRequestsLeaveAPartToSmallOnes) {
  const Grant large = budget_->take(Payer{1}, 8 * kMiB);
  EXPECT_EQ(budget_->take(Payer{2}, 100'000).bytes(), 0U);
  EXPECT_EQ(budget_->take(Payer{2}, kSmallInputBytes).bytes(), kSmallInputBytes);
}

TEST_F(Budget, WhoWaitsIsServedWhenRoomIsGivenBack) {
  Grant first = budget_->take(Payer{1}, 8 * kMiB);
  wait("second", Payer{2}, 8 * kMiB);
  EXPECT_TRUE(budget_->is_waited_for());
  budget_->serve();
  EXPECT_TRUE(given_.empty());
  EXPECT_EQ(wakes_, 0);
  first.give_back();
  EXPECT_EQ(wakes_, 1);
  EXPECT_TRUE(given_.empty()) << "nothing is given inside what gives back";
  budget_->serve();
  EXPECT_EQ(given_, std::vector<std::string>{"second"});
  EXPECT_FALSE(budget_->is_waited_for());
}

TEST_F(Budget, NobodyOvertakesThoseWhoWait) {
  Grant first = budget_->take(Payer{1}, 8 * kMiB);
  wait("large", Payer{2}, 8 * kMiB);
  first.give_back();
  EXPECT_EQ(budget_->take(Payer{3}, 1 * kMiB).bytes(), 0U);
  EXPECT_EQ(budget_->take(Payer{3}, 1'000).bytes(), 1'000U) << "but for the small";
}

TEST_F(Budget, SmallComesBeforeLargeAndWhoHoldsLeastFirst) {
  Grant all = budget_->take(Payer{9}, 8 * kMiB);
  const Grant held = budget_->take(Payer{1}, 1'000);
  wait("large of a holder", Payer{1}, 1 * kMiB);
  wait("larger of nobody", Payer{2}, 2 * kMiB);
  wait("large of nobody", Payer{3}, 1 * kMiB);
  wait("small of a holder", Payer{1}, 5'000);
  all.give_back();
  budget_->serve();
  EXPECT_EQ(given_, (std::vector<std::string>{"small of a holder", "large of nobody",
                                              "larger of nobody", "large of a holder"}));
}

TEST_F(Budget, OnePayersManyRequestsTakeTurnsWithAnothersOne) {
  Grant all = budget_->take(Payer{9}, 8 * kMiB);
  for (int i = 0; i < 3; ++i) wait("greedy", Payer{1}, 4 * kMiB);
  wait("modest", Payer{2}, 4 * kMiB);
  all.give_back();
  budget_->serve();
  EXPECT_EQ(given_, (std::vector<std::string>{"greedy", "modest"}));
  grants_.clear();
  budget_->serve();
  EXPECT_EQ(given_.size(), 4U);
}

TEST_F(Budget, APlaceThatIsGivenUpIsNotServed) {
  Grant all = budget_->take(Payer{9}, 8 * kMiB);
  wait("gone", Payer{1}, 1 * kMiB);
  wait("here", Payer{2}, 1 * kMiB);
  places_.front().reset();
  all.give_back();
  budget_->serve();
  EXPECT_EQ(given_, std::vector<std::string>{"here"});
}

TEST_F(Budget, IsServedLaterWhereNobodyCanBeWoken) {
  const auto budget = std::make_shared<InputBudget>(kInputBytesMin, [] { throw std::bad_alloc(); });
  Grant all = budget->take(Payer{1}, 8 * kMiB);
  Grant given;
  const auto place =
      budget->wait(Payer{2}, 1 * kMiB, [&](Grant grant) { given = std::move(grant); });
  all.give_back();
  budget->serve();
  EXPECT_EQ(given.bytes(), 1 * kMiB);
}

}  // namespace
}  // namespace cowrite::transport
