#include "ot/apply.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "ot/invert.h"
#include "tests/ot/notation.h"
#include "tests/ot/rope_inspector.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

void expect_not_applied(const std::string& text, const Operation& operation) {
  Rope rope(text);
  const Result<void> applied = apply(rope, operation);
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, kErrOperationNotApplied);
  EXPECT_FALSE(applied.error().message.empty());
  EXPECT_EQ(rope.to_string(), text);
}

TEST(Apply, WalksTheOldText) {
  EXPECT_EQ(rope_apply("a😀bc", op("1 'é' -1 1 'x'")), "aébxc");
  EXPECT_EQ(rope_apply("", op("'x'")), "x");
  EXPECT_EQ(rope_apply("abc", op("3 'd'")), "abcd");
}

TEST(Apply, DoesNotCompareTheTextOfADelete) { EXPECT_EQ(rope_apply("abc", op("-'xy'")), "c"); }

TEST(Apply, RefusesARetainPastTheEnd) { expect_not_applied("é", op("'a' 2 'x'")); }

TEST(Apply, RefusesADeletePastTheEnd) { expect_not_applied("é", op("'a' -2")); }

TEST(Apply, RefusesATextThatWouldBecomeTooLong) {
  const std::string mebibyte(std::size_t{1} << 20U, 'x');
  Rope rope = RopeInspector::repeat(Rope(mebibyte), 4'095);
  const std::uint64_t bytes = rope.bytes();
  const Result<void> applied =
      apply(rope, std::move(OperationBuilder().retain(1).insert(mebibyte)).build());
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, kErrOperationNotApplied);
  EXPECT_EQ(rope.bytes(), bytes);
  EXPECT_TRUE(
      apply(rope, std::move(OperationBuilder().retain(1).insert(mebibyte.substr(1))).build()));
  EXPECT_EQ(rope.bytes(), Rope::kBytesMax);
}

TEST(Apply, TypesUpToTheLongestTextAndNotBeyond) {
  Rope rope = RopeInspector::repeat(Rope(std::string(std::size_t{1} << 20U, 'x')), 4'095);
  rope.insert(1, std::string((std::size_t{1} << 20U) - 4, 'x'));
  for (std::uint64_t place = 1; place <= 3; ++place) {
    EXPECT_TRUE(apply(rope, std::move(OperationBuilder().retain(place).insert("y")).build()));
  }
  EXPECT_EQ(rope.bytes(), Rope::kBytesMax);
  const Result<void> applied =
      apply(rope, std::move(OperationBuilder().retain(4).insert("y")).build());
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, kErrOperationNotApplied);
  EXPECT_TRUE(apply(rope, std::move(OperationBuilder().retain(3).erase(1)).build()));
  EXPECT_EQ(rope.bytes(), Rope::kBytesMax - 1);
}

TEST(Invert, TurnsInsertsAndDeletesAround) {
  EXPECT_EQ(invert(op("1 'x' -'é' 2 -'a'")).value(), op("1 -'x' 'é' 2 'a'"));
}

TEST(Invert, NeedsTheDeletedText) {
  const Result<Operation> inverse = invert(op("1 -1"));
  ASSERT_FALSE(inverse.has_value());
  EXPECT_EQ(inverse.error().code, kErrOperationNotInvertible);
}

TEST(Invert, TakesTheDeletedTextFromTheTextBefore) {
  EXPECT_EQ(invert(op("1 'x' -2"), Rope("aé😀b")).value(), op("1 -'x' 'é😀'"));
}

TEST(Invert, BelievesATextThatADeleteCarries) {
  EXPECT_EQ(invert(op("-'x'"), Rope("a")).value(), op("'x'"));
}

TEST(Invert, RefusesAnOperationThatReachesPastTheText) {
  const Result<Operation> inverse = invert(op("1 -2"), Rope("ab"));
  ASSERT_FALSE(inverse.has_value());
  EXPECT_EQ(inverse.error().code, kErrOperationNotApplied);
}

}  // namespace
}  // namespace cowrite::ot
