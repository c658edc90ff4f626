#include "ot/position.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

#include "tests/ot/notation.h"

namespace cowrite::ot {
namespace {

std::uint64_t own(std::uint64_t position, std::string_view operation) {
  return transform_position(position, op(operation), Origin::kOwn);
}

std::uint64_t other(std::uint64_t position, std::string_view operation) {
  return transform_position(position, op(operation), Origin::kOther);
}

TEST(Position, MovesWithWhatChangesBeforeIt) {
  for (const auto transformed : {own, other}) {
    EXPECT_EQ(transformed(5, "1 '😀é'"), 7U);
    EXPECT_EQ(transformed(5, "1 -2"), 3U);
    EXPECT_EQ(transformed(5, "'a' 1 -1 'bc'"), 7U);
  }
}

TEST(Position, StaysWhereTheChangeIsBehindIt) {
  for (const auto transformed : {own, other}) {
    EXPECT_EQ(transformed(5, "6 'x'"), 5U);
    EXPECT_EQ(transformed(5, "5 -2"), 5U);
    EXPECT_EQ(transformed(0, "1 'x'"), 0U);
  }
}

TEST(Position, MovesToTheStartOfADeleteOverIt) {
  for (const auto transformed : {own, other}) {
    EXPECT_EQ(transformed(5, "3 -4"), 3U);
    EXPECT_EQ(transformed(5, "3 -1 -4"), 3U);
    EXPECT_EQ(transformed(5, "'ab' 3 -4"), 5U);
  }
}

TEST(Position, AnInsertExactlyAtItMovesItOnlyIfOwn) {
  EXPECT_EQ(own(5, "5 'ab'"), 7U);
  EXPECT_EQ(other(5, "5 'ab'"), 5U);
  EXPECT_EQ(own(0, "'ab'"), 2U);
  EXPECT_EQ(other(0, "'ab'"), 0U);
}

TEST(Position, TypingOverASelectionPutsTheOwnCursorBehindIt) {
  EXPECT_EQ(own(5, "2 -3 'ab'"), 4U);
  EXPECT_EQ(other(5, "2 -3 'ab'"), 2U);
  EXPECT_EQ(own(2, "2 -3 'ab'"), 4U);
  EXPECT_EQ(other(2, "2 -3 'ab'"), 2U);
}

TEST(Position, ReceivedNeighboursOfAKindMoveItOneByOne) {
  EXPECT_EQ(own(1, "1 'a' 'b' -1 'c'"), 4U);
  EXPECT_EQ(other(1, "1 'a' 'b' -1 'c'"), 1U);
}

}  // namespace
}  // namespace cowrite::ot
