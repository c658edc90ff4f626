#include "storage/least_first.h"

#include <gtest/gtest.h>

#include <string>

namespace cowrite::storage {
namespace {

std::string take_all(LeastFirst<char>& waiting) {
  std::string order;
  while (!waiting.empty()) order += waiting.take(waiting.next().place);
  return order;
}

TEST(LeastFirstTest, WhatHasCostLeastGoesFirstAndNowAndThenTheOldest) {
  LeastFirst<char> waiting;
  waiting.add(900, 'a');
  waiting.add(800, 'b');
  waiting.add(0, 'c');
  waiting.add(700, 'd');
  waiting.add(100, 'e');
  EXPECT_EQ(take_all(waiting), "cedab") << "the fourth turn is that of the oldest";
}

TEST(LeastFirstTest, OfEqualOnesTheOldestGoesFirst) {
  LeastFirst<char> waiting;
  for (const char item : {'a', 'b', 'c'}) waiting.add(1, item);
  EXPECT_EQ(take_all(waiting), "abc");
}

TEST(LeastFirstTest, WhatWaitsAgainIsBehindItsEqualsAndTheNewest) {
  LeastFirst<char> waiting;
  const auto a = waiting.add(1, 'a');
  for (const char item : {'b', 'c'}) waiting.add(1, item);
  const auto again = waiting.wait_again(a, 1);
  EXPECT_EQ(waiting.at(again), 'a');
  EXPECT_EQ(take_all(waiting), "bca");
}

TEST(LeastFirstTest, WhatCostsMoreKeepsItsPlaceAmongTheOldest) {
  LeastFirst<char> waiting;
  const auto a = waiting.add(1, 'a');
  for (const char item : {'b', 'c', 'd', 'e', 'f'}) waiting.add(2, item);
  waiting.set_cost(a, 3);
  EXPECT_EQ(waiting.size(), 6U);
  EXPECT_EQ(take_all(waiting), "bcdaef");
}

}  // namespace
}  // namespace cowrite::storage
