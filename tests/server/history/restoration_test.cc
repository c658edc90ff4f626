#include "server/history/restoration.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "ot/apply.h"
#include "ot/rope/rope.h"

namespace cowrite::history {
namespace {

// A temporary's calls return it by reference.
ot::Operation built(ot::OperationBuilder& builder) { return std::move(builder).build(); }

std::string replaced(const std::string& before, const std::string& after) {
  ot::Rope rope(before);
  EXPECT_TRUE(ot::apply(rope, replacement(before, after)));
  return rope.to_string();
}

TEST(Replacement, TouchesOnlyWhatDiffers) {
  EXPECT_EQ(replacement("one two three", "one 2 three"),
            built(ot::OperationBuilder().retain(4).insert("2").erase(3)));
  EXPECT_EQ(replacement("same", "same"), ot::Operation());
  EXPECT_EQ(replacement("", "new"), built(ot::OperationBuilder().insert("new")));
  EXPECT_EQ(replacement("old", ""), built(ot::OperationBuilder().erase(3)));
  EXPECT_EQ(replacement("aaa", "aa"), built(ot::OperationBuilder().retain(2).erase(1)));
}

TEST(Replacement, NeverCutsACodePoint) {
  // They begin or end alike in bytes: U+1F600 and U+1F601, U+00E9 and U+00C3.
  EXPECT_EQ(replaced("a😀b", "a😁b"), "a😁b");
  EXPECT_EQ(replaced("é", "Ã"), "Ã");
  EXPECT_EQ(replaced("éé", "é"), "é");
  EXPECT_EQ(replaced("😀", "x"), "x");
}

TEST(Replacement, MakesAnyTextOfAnyOther) {
  std::mt19937 random(7);
  const char* const pieces[] = {"a", "b", "\n", "é", "è", "日", "旦", "😀", "😁"};
  const auto text = [&] {
    std::string result;
    for (auto length = random() % 6; length > 0; --length) result += pieces[random() % 9];
    return result;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string before = text();
    const std::string after = text();
    ASSERT_EQ(replaced(before, after), after) << before << " -> " << after;
  }
}

}  // namespace
}  // namespace cowrite::history
