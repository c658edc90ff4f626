#include "ot/transform.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/ot/notation.h"

namespace cowrite::ot {
namespace {

Operation left(std::string_view operation, std::string_view other) {
  return transform(op(operation), op(other), Side::kLeft);
}

Operation right(std::string_view operation, std::string_view other) {
  return transform(op(operation), op(other), Side::kRight);
}

TEST(Transform, LaterInsertStandsLeftAtTheSamePosition) {
  EXPECT_EQ(left("1 'Y'", "1 'X'"), op("1 'Y'"));
  EXPECT_EQ(right("1 'X'", "1 'Y'"), op("2 'X'"));
}

TEST(Transform, InsertsMoveBehindInsertedText) { EXPECT_EQ(left("3 'Y'", "1 'é😀'"), op("5 'Y'")); }

TEST(Transform, InsertsMoveBackOverDeletedText) { EXPECT_EQ(left("3 'Y'", "-2"), op("1 'Y'")); }

TEST(Transform, InsertsInsideADeleteSurviveIt) {
  EXPECT_EQ(left("2 'Y'", "1 -3"), op("1 'Y'"));
  EXPECT_EQ(right("1 -3", "2 'Y'"), op("1 -1 1 -2"));
}

TEST(Transform, WhatBothDeleteIsDeletedOnce) {
  EXPECT_EQ(left("1 -3", "2 -3"), op("1 -1"));
  EXPECT_EQ(left("1 -3", "-5"), op(""));
}

TEST(Transform, PiecesOfADeleteKeepTheirPieceOfItsText) {
  EXPECT_EQ(right("1 -'aé😀'", "2 'Y'"), op("1 -'a' 1 -'é😀'"));
  EXPECT_EQ(left("1 -'aé😀'", "2 -1"), op("1 -'a😀'"));
}

TEST(Transform, OfSeveralInsertsInARowOneGoesLeft) {
  EXPECT_EQ(left("1 'a' 'b'", "1 'X'"), op("1 'a' 1 'b'"));
  EXPECT_EQ(left("1 'ab'", "1 'X'"), op("1 'ab'"));
  EXPECT_EQ(right("1 'a' 'b'", "1 'X'"), op("2 'ab'"));
}

TEST(Transform, OverNothingIsNormalForm) {
  EXPECT_EQ(left("1 'a' 'b' -1 -1", ""), op("1 'ab' -2"));
}

TEST(Transform, LengthsAtTheLimitDoNotOverflow) {
  const std::vector<Component> far = {{Kind::kRetain, kLengthMax - 2, ""}, {Kind::kInsert, 0, "x"}};
  const Operation operation = Operation::from_components(far).value();
  const Operation moved = transform(operation, op("'ab'"), Side::kLeft);
  EXPECT_EQ(moved[0].length, kLengthMax);
}

}  // namespace
}  // namespace cowrite::ot
