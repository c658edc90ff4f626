#include "storage/fair_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cowrite::storage {
namespace {

using testing::ElementsAre;

constexpr Payer kOne{1};
constexpr Payer kTwo{2};
constexpr Payer kThree{3};

std::vector<std::string> take_all(FairQueue<std::string>& queue) {
  std::vector<std::string> taken;
  while (!queue.empty()) taken.push_back(queue.pop().second);
  return taken;
}

TEST(FairQueueTest, PayersWhoHaveUsedTheSameTakeTurns) {
  FairQueue<std::string> queue;
  for (const char* const item : {"a1", "a2", "a3"}) queue.push(kOne, item);
  for (const char* const item : {"b1", "b2"}) queue.push(kTwo, item);
  EXPECT_THAT(take_all(queue), ElementsAre("a1", "b1", "a2", "b2", "a3"));
}

TEST(FairQueueTest, WhoHasUsedLessGoesFirst) {
  FairQueue<std::string> queue;
  for (const char* const item : {"a1", "a2"}) queue.push(kOne, item);
  for (const char* const item : {"b1", "b2"}) queue.push(kTwo, item);
  queue.charge(kOne, 10);
  EXPECT_THAT(take_all(queue), ElementsAre("b1", "b2", "a1", "a2"));
}

TEST(FairQueueTest, OfEqualPayersThoseWhoComeAnewGoBeforeThoseWhoWantMore) {
  FairQueue<std::string> queue;
  for (const char* const item : {"a1", "a2"}) queue.push(kOne, item);
  for (const char* const item : {"b1", "b2"}) queue.push(kTwo, item);
  EXPECT_EQ(queue.pop().second, "a1");
  EXPECT_EQ(queue.pop().second, "b1");
  queue.push(kThree, "c1");
  EXPECT_THAT(take_all(queue), ElementsAre("c1", "a2", "b2"));
}

TEST(FairQueueTest, OfThoseWhoComeAtOnceTheOnesGoFirstWhoAskForLittle) {
  FairQueue<std::string> queue;
  queue.push(kOne, "much", 100);
  queue.push(kTwo, "little", 10);
  queue.push(kTwo, "then much", 90);
  queue.push(kThree, "less", 5);
  EXPECT_THAT(take_all(queue), ElementsAre("less", "little", "then much", "much"));
}

TEST(FairQueueTest, WhatIsChargedIsWhatItCostAndNotWhatWasExpected) {
  FairQueue<std::string> queue;
  queue.push(kOne, "a1", 100);
  queue.push(kOne, "a2");
  queue.push(kTwo, "b", 200);
  EXPECT_EQ(queue.pop().second, "a1");
  queue.charge(kOne, 150);
  EXPECT_EQ(queue.pop().second, "a2");
}

TEST(FairQueueTest, WhoComesAnewHasUsedAsMuchAsTheOneWhoHadTheLastTurn) {
  FairQueue<std::string> queue;
  for (const char* const item : {"a1", "a2"}) queue.push(kOne, item);
  queue.charge(kOne, 1'000);
  EXPECT_EQ(queue.pop().second, "a1");
  queue.push(kTwo, "b1");
  queue.charge(kTwo, 1);
  EXPECT_THAT(take_all(queue), ElementsAre("a2", "b1"));
}

TEST(FairQueueTest, WhatWasUsedIsRememberedWhileNothingWaits) {
  FairQueue<std::string> queue;
  queue.charge(kOne, 10);
  queue.push(kOne, "a");
  queue.push(kTwo, "b");
  EXPECT_THAT(take_all(queue), ElementsAre("b", "a"));
}

TEST(FairQueueTest, WhoWaitsForNothingIsForgivenAndWhoWaitsIsNot) {
  FairQueue<std::string> queue;
  queue.push(kOne, "a");
  queue.charge(kOne, 10);
  queue.charge(kTwo, 20);
  queue.forgive(15);
  queue.push(kTwo, "b");
  queue.push(kThree, "c");
  EXPECT_THAT(take_all(queue), ElementsAre("c", "b", "a"));
}

TEST(FairQueueTest, WhoHasUsedMuchGetsOnWhileOthersComeAnewAllTheTime) {
  FairQueue<std::string> queue;
  queue.push(kOne, "a");
  queue.charge(kOne, 1'000'000);
  int others = 0;
  for (std::uint64_t i = 10;; ++i, ++others) {
    queue.push(Payer{i}, "b");
    const auto [payer, item] = queue.pop();
    if (payer == kOne) break;
    ASSERT_LT(others, 10);
  }
  EXPECT_EQ(queue.size(), std::size_t{1});
}

TEST(FairQueueTest, WhatIsUnwantedIsTakenOut) {
  FairQueue<std::string> queue;
  for (const char* const item : {"a1", "a2"}) queue.push(kOne, item);
  queue.push(kTwo, "b1");
  queue.erase_if([](const std::string& item) { return item != "a2"; });
  EXPECT_THAT(take_all(queue), ElementsAre("a2"));
}

TEST(FairQueueTest, WhatOnePayerHasPutInLeavesInOrderWhateverHappens) {
  FairQueue<int> queue;
  std::map<Payer, std::vector<int>> expected;
  std::uint64_t state = 1;
  const auto below = [&state](std::uint64_t limit) {
    state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    return (state >> 33) % limit;
  };
  int items = 0;
  for (int step = 0; step < 100'000; ++step) {
    const Payer payer{1 + below(8)};
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        queue.push(payer, items);
        expected[payer].push_back(items++);
        break;
      case 3:
        queue.charge(payer, below(100));
        break;
      case 4:
        queue.forgive(below(50));
        break;
      case 5:
        queue.erase_if([&](int item) { return item % 5 == 0; });
        for (auto& [owner, own] : expected) std::erase_if(own, [](int i) { return i % 5 == 0; });
        break;
      default:
        if (queue.empty()) break;
        const auto [owner, item] = queue.pop();
        ASSERT_FALSE(expected[owner].empty());
        ASSERT_EQ(item, expected[owner].front());
        expected[owner].erase(expected[owner].begin());
    }
  }
  while (!queue.empty()) {
    const auto [owner, item] = queue.pop();
    ASSERT_EQ(item, expected[owner].front());
    expected[owner].erase(expected[owner].begin());
  }
  for (const auto& [owner, own] : expected) EXPECT_TRUE(own.empty());
}

// As many as a busy server sees in a day are not remembered.
TEST(FairQueueTest, PayersThatComeAndGoAreForgotten) {
  FairQueue<int> queue;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    queue.push(Payer{i}, 0);
    ASSERT_EQ(queue.pop().first, Payer{i});
    queue.charge(Payer{i}, 5);
  }
  // Else the first would still come after somebody who is new.
  queue.push(Payer{1}, 1);
  queue.push(Payer{200'000}, 2);
  EXPECT_EQ(queue.pop().second, 1);
}

}  // namespace
}  // namespace cowrite::storage
