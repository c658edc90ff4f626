#include "server/switchboard/subscriber_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cowrite::switchboard {
namespace {

using Keys = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;

TEST(SubscriberTable, ASessionIsCountedOnce) {
  SubscriberTable<std::string> table;
  EXPECT_TRUE(table.join("a", 1));
  EXPECT_FALSE(table.join("a", 1));
  EXPECT_EQ(table.sessions("a"), Numbers{1});
  EXPECT_TRUE(table.leave("a", 1));
  EXPECT_FALSE(table.leave("a", 1));
  EXPECT_EQ(table.sessions("a"), Numbers{});
}

TEST(SubscriberTable, OneThatLeavesEverythingLeavesTheOthers) {
  SubscriberTable<std::string> table;
  table.join("a", 1);
  table.join("b", 1);
  table.join("b", 2);
  EXPECT_EQ(table.leave_all(1), (Keys{"a", "b"}));
  EXPECT_EQ(table.leave_all(1), Keys{});
  EXPECT_EQ(table.sessions("b"), Numbers{2});
}

}  // namespace
}  // namespace cowrite::switchboard
