#include "server/history/restoration.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "ot/apply.h"
#include "ot/rope/rope.h"
#include "storage/limits.h"

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

TEST(Replacement, KeepsTheLinesAndWordsThatAreInBoth) {
  EXPECT_EQ(replacement("first\none\ntwo\nlast\n", "one\ntwo\n"),
            built(ot::OperationBuilder().erase(6).retain(8).erase(5)));
  EXPECT_EQ(replacement("a\nthe old house\nb\nc\n", "the new house\nb\nd\nc\n"),
            built(ot::OperationBuilder().erase(2).retain(4).insert("new").erase(3).retain(9).insert(
                "d\n")));
  EXPECT_EQ(replacement("日本語です\nx", "日木語だ\nyx"), built(ot::OperationBuilder()
                                                                    .retain(1)
                                                                    .insert("木")
                                                                    .erase(1)
                                                                    .retain(1)
                                                                    .insert("だ")
                                                                    .erase(2)
                                                                    .retain(1)
                                                                    .insert("y")));
}

TEST(Replacement, HasNoMoreComponentsThanAnOperationMay) {
  std::string before;
  std::string after;
  for (std::size_t i = 0; i < storage::kOperationComponentsMax / 2; ++i) {
    before += "same\nremoved\n";
    after += "same\n";
  }
  EXPECT_LE(replacement(before, after).size(), storage::kOperationComponentsMax);
  EXPECT_EQ(replaced(before, after), after);
}

TEST(Replacement, OfTextsWithNothingInCommonIsMadeInTime) {
  std::string before;
  std::string after;
  for (int i = 0; i < 200'000; ++i) {
    before += "a" + std::to_string(i) + " b" + std::to_string(i) + "\n";
    after += "c" + std::to_string(i) + " d" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(replaced(before, after), after);
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
