#include "tools/cli/describe.h"

#include <gtest/gtest.h>

#include <array>

namespace cowrite::cli {
namespace {

using ot::OperationBuilder;

std::string described(const storage::Change& change) {
  return describe(change, Painter(Colours::kOff));
}
std::string described(ot::OperationBuilder& builder) {
  return described(storage::Edit{std::move(builder).build()});
}

TEST(Describe, CreatingAndDeleting) {
  EXPECT_EQ(described(storage::Create{""}), "created");
  EXPECT_EQ(described(storage::Create{"né"}), "created +2 \"né\"");
  EXPECT_EQ(described(storage::Delete{}), "deleted");
}

TEST(Describe, OneSplice) {
  EXPECT_EQ(described(OperationBuilder().retain(12).insert("hello")), "+5 \"hello\" at 12");
  EXPECT_EQ(described(OperationBuilder().retain(0).insert("😀")), "+1 \"😀\" at 0");
  EXPECT_EQ(described(OperationBuilder().retain(40).erase(3)), "-3 at 40");
  EXPECT_EQ(described(OperationBuilder().retain(40).erase_text("abc")), "-3 \"abc\" at 40");
  EXPECT_EQ(described(OperationBuilder().retain(40).insert("hello").erase(3)),
            "-3 +5 \"hello\" at 40");
  EXPECT_EQ(described(OperationBuilder().retain(40).erase(3).insert("hello")),
            "-3 +5 \"hello\" at 40");
}

TEST(Describe, SeveralSplicesAreSummedUp) {
  EXPECT_EQ(
      described(OperationBuilder().retain(2).insert("ab").retain(3).erase(4).retain(1).insert("c")),
      "+3 -4 in 3 places, 2 to 10");
  EXPECT_EQ(described(OperationBuilder().retain(0).insert("ab").retain(3).insert("c")),
            "+3 in 2 places, 0 to 3");
  EXPECT_EQ(described(OperationBuilder().retain(0).erase(1).retain(3).erase(1)),
            "-2 in 2 places, 0 to 4");
}

TEST(Describe, AnOperationThatIsNotMergedIsStillOneSplice) {
  const std::array<ot::Component, 4> components = {{{ot::Kind::kRetain, 3, {}},
                                                    {ot::Kind::kInsert, 0, "a"},
                                                    {ot::Kind::kInsert, 0, "b"},
                                                    {ot::Kind::kDelete, 2, {}}}};
  EXPECT_EQ(described(storage::Edit{*ot::Operation::from_components(components)}),
            "-2 +2 \"ab\" at 3");
}

TEST(Describe, NothingIsNoChange) { EXPECT_EQ(described(storage::Edit{}), "no change"); }

TEST(Describe, PreviewsAreShortAndHarmless) {
  EXPECT_EQ(described(OperationBuilder().retain(0).insert(std::string(41, 'x'))),
            "+41 \"" + std::string(40, 'x') + "…\" at 0");
  EXPECT_EQ(described(OperationBuilder().retain(0).insert("\x1b[2J\n")), "+5 \"\\x1b[2J\\n\" at 0");
}

TEST(Describe, AdditionsAreGreenAndRemovalsRed) {
  ot::OperationBuilder builder;
  builder.retain(1).erase(2).insert("a");
  EXPECT_EQ(describe(storage::Edit{std::move(builder).build()}, Painter(Colours::kOn)),
            "\x1b[31m-2\x1b[0m \x1b[32m+1\x1b[0m \"a\" at 1");
}

}  // namespace
}  // namespace cowrite::cli
