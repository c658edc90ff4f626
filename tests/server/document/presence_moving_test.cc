// What it may take to move a presence.

#include "server/document/presence_moving.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>

#include "ot/operation.h"
#include "server/document/limits.h"
#include "server/protocol/error_codes.h"

namespace cowrite::document {
namespace {

// Inserts a letter at the beginning, and deletes as many behind it, each second one.
ot::Operation edit(std::size_t deletes) {
  ot::OperationBuilder builder;
  builder.insert("x");
  for (std::size_t i = 0; i < deletes; ++i) builder.retain(1).erase(1);
  return std::move(builder).build();
}

class PresenceMovingTest : public testing::Test {
 protected:
  void commit(storage::Change change) {
    storage::Record record{.version = recent_.end(), .source = "ann", .change = std::move(change)};
    recent_.push(std::make_shared<const storage::Record>(std::move(record)));
  }
  // The value of a presence of version 0, as it is sent on, or the code of its refusal.
  std::string moved(std::string value) {
    protocol::Presence presence{
        .channel = "docs.d", .id = "p", .presence_version = 1, .value = std::move(value)};
    presence.version = 0;
    presence.type = protocol::kTextType;
    const auto outcome = move_presence({{0, 1}, "bob", std::move(presence)}, recent_);
    if (const auto* refused = std::get_if<PresenceRefused>(&outcome)) {
      return std::string(refused->error.code);
    }
    return std::get<SharedPresence>(outcome)->presence.value;
  }

  RecentRecords recent_{0};
};

TEST_F(PresenceMovingTest, AnOperationOfTheLargestSizeIsPassed) {
  commit(storage::Edit{edit(kPresencePassesMax / 2 - 1)});
  EXPECT_EQ(moved("0"), "0");
  EXPECT_EQ(moved("1"), "2");
}

TEST_F(PresenceMovingTest, BehindByTooManyComponentsItIsRefused) {
  for (int i = 0; i < 2; ++i) commit(storage::Edit{edit(kPresencePassesMax / 4 + 1)});
  EXPECT_EQ(moved("1"), protocol::kErrPresenceTransform);
  EXPECT_EQ(moved("null"), "null");
  EXPECT_EQ(moved(R"("no position")"), R"("no position")");
}

TEST_F(PresenceMovingTest, WhatHasManyNumbersIsWrittenOnce) {
  std::string value = R"({"index":1,"x":[0)";
  for (int i = 1; i < 4'000; ++i) value += "," + std::to_string(i);
  const std::string rest = value.substr(value.find(",\"x\"")) + "]}";
  for (std::size_t i = 0; i < kRecentRecordsMax; ++i) commit(storage::Edit{edit(0)});
  EXPECT_EQ(moved(value + "]}"), R"({"index":)" + std::to_string(1 + kRecentRecordsMax) + rest);
}

TEST_F(PresenceMovingTest, NobodyIsInADocumentThatWasDeletedMeanwhile) {
  commit(storage::Delete{});
  commit(storage::Create{"abc"});
  EXPECT_EQ(moved("1"), "null");
}

}  // namespace
}  // namespace cowrite::document
