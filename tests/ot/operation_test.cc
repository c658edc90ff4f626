#include "ot/operation.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "ot/base/small_array.h"
#include "ot/normalize.h"
#include "tests/ot/notation.h"

namespace cowrite::ot {
namespace {

void expect_refused(const std::vector<Component>& components) {
  const Result<Operation> operation = Operation::from_components(components);
  ASSERT_FALSE(operation.has_value());
  EXPECT_EQ(operation.error().code, kErrOperationInvalid);
  EXPECT_FALSE(operation.error().message.empty());
}

TEST(Operation, TheEmptyOneIsValid) {
  EXPECT_TRUE(op("").empty());
  EXPECT_EQ(op(""), Operation());
  EXPECT_EQ(op("").input_length(), 0U);
}

TEST(Operation, ComponentsAreKeptAsReceived) {
  const Operation operation = op("1 'x' 'y' -2 -'ab' 3 'z'");
  ASSERT_EQ(operation.size(), 7U);
  EXPECT_EQ(operation[1], (Component{Kind::kInsert, 1, "x"}));
  EXPECT_EQ(operation[2], (Component{Kind::kInsert, 1, "y"}));
  EXPECT_EQ(operation[3], (Component{Kind::kDelete, 2, ""}));
  EXPECT_EQ(operation[4], (Component{Kind::kDelete, 2, "ab"}));
  EXPECT_EQ(operation[5], (Component{Kind::kRetain, 3, ""}));
  EXPECT_EQ(operation[6], (Component{Kind::kInsert, 1, "z"}));
}

TEST(Operation, WalkingAndIndexingGiveTheSameComponents) {
  const Operation operation =
      op("-1 -1 'é' 2 -'😀' 1 -3 'a long text that needs memory of its own' 4 -1");
  std::size_t index = 0;
  for (const Component& component : operation) EXPECT_EQ(component, operation[index++]);
  EXPECT_EQ(index, operation.size());
}

TEST(Operation, LengthsCountCodePoints) {
  const Operation operation = op("2 'é😀' -3 -'中文'");
  EXPECT_EQ(operation[1].length, 2U);
  EXPECT_EQ(operation.input_length(), 7U);
  EXPECT_EQ(operation.inserted_bytes(), 6U);
}

TEST(Operation, TheLengthOfAComponentWithTextIsCountedNotRead) {
  const std::vector<Component> components = {{Kind::kInsert, 99, "ab"}, {Kind::kDelete, 99, "é"}};
  const Operation operation = Operation::from_components(components).value();
  EXPECT_EQ(operation[0].length, 2U);
  EXPECT_EQ(operation[1].length, 1U);
}

TEST(Operation, TakesNoMoreMemoryThanItsComponentsAndTextsNeed) {
  std::vector<Component> components;
  for (int i = 0; i < 65; ++i) components.push_back({Kind::kInsert, 1, "a"});
  const Operation operation = Operation::from_components(components).value();
  EXPECT_EQ(operation.heap_bytes(), 65U * 8 + 65);
  EXPECT_EQ(Operation::from_components({components.data(), 4}).value().heap_bytes(), 0U);
}

TEST(Operation, RefusesEmptyComponents) {
  expect_refused({{Kind::kRetain, 0, ""}, {Kind::kInsert, 0, "x"}});
  expect_refused({{Kind::kInsert, 0, ""}});
  expect_refused({{Kind::kInsert, 3, ""}});
  expect_refused({{Kind::kDelete, 0, ""}});
}

TEST(Operation, RefusesTwoRetainsInARow) { expect_refused(components("1 2 'x'")); }

TEST(Operation, RefusesARetainAtTheEnd) { expect_refused(components("'x' 1")); }

TEST(Operation, RefusesARetainWithText) {
  expect_refused({{Kind::kRetain, 1, "a"}, {Kind::kInsert, 0, "x"}});
}

TEST(Operation, RefusesTextThatIsNotUtf8) {
  expect_refused({{Kind::kInsert, 0, "\xED\xA0\xBD"}});  // A lone surrogate.
  expect_refused({{Kind::kDelete, 0, "\xFF"}});
}

TEST(Operation, RefusesLengthsWhoseSumOverflows) {
  expect_refused({{Kind::kDelete, kLengthMax, ""}});
  expect_refused({{Kind::kDelete, UINT64_MAX, ""}});
  expect_refused({{Kind::kDelete, kLengthMax - 1, ""}, {Kind::kDelete, 1, ""}});
  expect_refused({{Kind::kRetain, kLengthMax / 2, ""}, {Kind::kDelete, kLengthMax / 2, ""}});
  const std::vector<Component> largest = {{Kind::kDelete, kLengthMax - 1, ""}};
  EXPECT_EQ(Operation::from_components(largest).value().input_length(), kLengthMax - 1);
}

TEST(Operation, CopiesAndMovesKeepSmallAndLargeOnes) {
  for (const std::string notation :
       {"1 'x'", "1 'a text that does not fit inside the operation' 1 -1 2 -1 3 -1"}) {
    Operation original = op(notation);
    Operation copy = original;
    EXPECT_EQ(copy, original);
    const Operation moved = std::move(original);
    EXPECT_EQ(moved, copy);
    copy = op("-1");
    EXPECT_EQ(moved, op(notation));
    copy = moved;
    EXPECT_EQ(copy, moved);
  }
}

TEST(Operation, DifferentOnesAreNotEqual) {
  EXPECT_NE(op("1 'x'"), op("2 'x'"));
  EXPECT_NE(op("'x' 'y'"), op("'xy'"));
  EXPECT_NE(op("-1"), op("-'a'"));
  EXPECT_NE(op("-'b'"), op("-'a'"));
}

TEST(Operation, ASmallOneIsACacheLine) { EXPECT_EQ(sizeof(Operation), 64U); }

TEST(OperationBuilder, DropsWhatIsEmptyAndMergesNeighbours) {
  OperationBuilder builder;
  builder.retain(0)
      .insert("")
      .erase(0)
      .erase_text("")
      .retain(1)
      .retain(2)
      .insert("a")
      .insert("é")
      .erase(1)
      .erase(2)
      .retain(9);
  EXPECT_EQ(std::move(builder).build(), op("3 'aé' -3"));
}

TEST(OperationBuilder, MergedDeletesKeepTheirTextIfBothHaveOne) {
  EXPECT_EQ(std::move(OperationBuilder().erase_text("ab").erase_text("é")).build(), op("-'abé'"));
  EXPECT_EQ(std::move(OperationBuilder().erase_text("ab").erase(1)).build(), op("-3"));
  EXPECT_EQ(std::move(OperationBuilder().erase(1).erase_text("ab")).build(), op("-3"));
  EXPECT_EQ(std::move(OperationBuilder().insert("x").erase_text("ab").erase(1).insert("y")).build(),
            op("'x' -3 'y'"));
}

TEST(OperationBuilder, GivesTheEmptyOperationForRetainsAlone) {
  EXPECT_EQ(std::move(OperationBuilder().retain(1).retain(2)).build(), Operation());
}

TEST(Normalize, MergesWhatWasReceived) {
  EXPECT_EQ(normalize(op("1 'x' 'y' -2 -'ab' 3 'z'")), op("1 'xy' -4 3 'z'"));
}

TEST(SmallArray, GrowsOntoTheHeapAndKeepsItsElements) {
  SmallArray<int, 2> array;
  for (int n = 0; n < 100; ++n) array.push_back(n);
  ASSERT_EQ(array.size(), 100U);
  for (std::size_t n = 0; n < 100; ++n) EXPECT_EQ(array[n], static_cast<int>(n));
  array.truncate(1);
  EXPECT_EQ(array.back(), 0);
  const int more[] = {7, 8, 9};
  array.append(more, 3);
  EXPECT_EQ(array.back(), 9);
  EXPECT_EQ(array.size(), 4U);
}

}  // namespace
}  // namespace cowrite::ot
