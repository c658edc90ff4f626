// Presence values on their way over operations.

#include "server/protocol/presence_value.h"

#include <gtest/gtest.h>

#include "tests/ot/notation.h"

namespace cowrite::protocol {
namespace {

std::string moved(std::string_view value, std::string_view operation, bool own = false) {
  PresenceValue presence(value);
  presence.move(ot::op(operation), own ? ot::Origin::kOwn : ot::Origin::kOther);
  return presence.to_json();
}

TEST(PresenceValue, APositionMovesWithWhatChangesBeforeIt) {
  EXPECT_EQ(moved("3", "1 'xy'"), "5");
  EXPECT_EQ(moved("3", "1 -1"), "2");
  EXPECT_EQ(moved("3", "1 -5"), "1");
  EXPECT_EQ(moved("3", "4 'x'"), "3");
}

TEST(PresenceValue, AnInsertExactlyAtItMovesOnlyOnesOwn) {
  EXPECT_EQ(moved("3", "3 'x'", false), "3");
  EXPECT_EQ(moved("3", "3 'x'", true), "4");
}

TEST(PresenceValue, BothEndsOfASelectionMove) {
  EXPECT_EQ(moved("[1,4]", "2 'xy'"), "[1,6]");
  EXPECT_EQ(moved("[4,1]", "2 -1"), "[3,1]");
}

TEST(PresenceValue, ARangeKeepsItsOtherFields) {
  EXPECT_EQ(moved(R"({"index":1,"length":3,"name":"Ada"})", "'xx' 2 'y'"),
            R"({"index":3,"length":4,"name":"Ada"})");
  EXPECT_EQ(moved(R"({"index":5})", "-2"), R"({"index":3})");
  EXPECT_EQ(moved(R"({"index":1,"length":3})", "-9"), R"({"index":0,"length":0})");
}

TEST(PresenceValue, AnythingElseIsPassedOn) {
  for (const char* value : {"null", "\"x\"", "-1", "1.5", "[1,2,3]", "[\"a\",1]", "{\"x\":1}",
                            "{\"index\":\"1\"}", "true"}) {
    EXPECT_EQ(moved(value, "'x'"), value);
  }
}

TEST(PresenceValue, ManyOperationsMoveItAsOneAfterTheOtherDoes) {
  PresenceValue presence(R"({"index":2,"length":3,"x":[1,2]})");
  std::string stepwise = presence.to_json();
  for (const char* operation : {"'ab'", "3 -2 'c'", "5 'de'", "-1", "4 -9 'f'"}) {
    presence.move(ot::op(operation), ot::Origin::kOther);
    stepwise = moved(stepwise, operation);
    EXPECT_EQ(presence.to_json(), stepwise);
  }
}

TEST(PresenceValue, WhatHoldsNoPositionsNeedsNoMoving) {
  EXPECT_FALSE(PresenceValue(R"({"x":[1,2]})").has_positions());
  EXPECT_TRUE(PresenceValue(R"({"index":0})").has_positions());
}

}  // namespace
}  // namespace cowrite::protocol
