// The model of ShareDB's client, by the rules of that client.

#include "tests/simulation/replica.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ot/notation.h"

namespace cowrite::simulation {
namespace {

using ::testing::ElementsAre;

const DocumentKey& key() {
  static const DocumentKey kKey("docs", "d");
  return kKey;
}

class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest() {
    uplink_.source = "me";
    uplink_.open = true;
    uplink_.read = [this](const std::string& action, const DocumentKey&,
                          std::optional<std::uint64_t> version) {
      sent_.push_back(action + (version ? " " + std::to_string(*version) : ""));
    };
    uplink_.submit = [this](const WireSubmission& submission) {
      const auto* edit = std::get_if<storage::Edit>(&submission.change);
      sent_.push_back(std::to_string(submission.sequence) + " at " +
                      std::to_string(submission.version.value_or(0)) + ": " +
                      (edit ? ot::to_notation(edit->operation) : "no edit") +
                      (submission.source ? " again" : ""));
    };
    uplink_.moved = [](const DocumentKey&, std::uint64_t) {};
    uplink_.forgot = [](const DocumentKey&) {};
    replica_.restore({.version = 3, .exists = true, .text = ot::Rope("ab")});
  }

  void type(std::string_view notation) { replica_.submit(storage::Edit{ot::op(notation)}); }
  void receive(std::uint64_t version, const std::string& source, std::uint64_t sequence,
               std::optional<storage::Change> change = std::nullopt) {
    replica_.received({.key = key(),
                       .version = version,
                       .source = source,
                       .sequence = sequence,
                       .change = std::move(change)});
  }
  static storage::Change edit(std::string_view notation) { return storage::Edit{ot::op(notation)}; }
  std::vector<std::string> sent() { return std::exchange(sent_, {}); }

  std::vector<std::string> sent_;
  Uplink uplink_;
  Replica replica_{key(), uplink_};
};

TEST_F(ReplicaTest, SendsOneOperationAndComposesWhatFollows) {
  type("1 'x'");
  replica_.flush();
  type("2 'y'");
  type("3 'z'");
  replica_.flush();
  EXPECT_THAT(sent(), ElementsAre("1 at 3: 1 'x'"));
  receive(3, "me", 1);
  EXPECT_THAT(sent(), ElementsAre("2 at 4: 2 'yz'"));
}

TEST_F(ReplicaTest, WhatCommitsLaterStandsLeft) {
  type("1 'x'");
  replica_.flush();
  receive(3, "other", 1, edit("1 'o'"));
  EXPECT_EQ(replica_.text().to_string(), "axob");
  EXPECT_EQ(replica_.version(), 4U);
}

TEST_F(ReplicaTest, SendsAgainUnderTheSameNameAsItIsByThen) {
  type("1 'x'");
  replica_.flush();
  receive(3, "other", 1, edit("'o'"));
  replica_.disconnected();
  sent();
  replica_.connected();
  EXPECT_THAT(sent(), ElementsAre("1 at 4: 2 'x' again"));
}

TEST_F(ReplicaTest, ItsOwnRecordIsAsGoodAsAnAck) {
  type("1 'x'");
  replica_.flush();
  receive(3, "me", 1, edit("1 'x'"));
  EXPECT_TRUE(replica_.quiet());
  EXPECT_EQ(replica_.version(), 4U);
  EXPECT_EQ(replica_.text().to_string(), "axb");
}

TEST_F(ReplicaTest, FetchesWhatItMissed) {
  receive(5, "other", 1, edit("'o'"));
  EXPECT_THAT(sent(), ElementsAre("f 3"));
  EXPECT_EQ(replica_.text().to_string(), "ab");
}

TEST_F(ReplicaTest, ARefusedOperationIsTakenBackIfItsDeletesKnowTheirText) {
  type("1 'x'");
  replica_.flush();
  type("'y'");
  replica_.refused();
  EXPECT_EQ(replica_.text().to_string(), "yab");
  EXPECT_EQ(replica_.version(), 3U);
}

TEST_F(ReplicaTest, ADeletedDocumentIsDroppedAndFetched) {
  type("1 'x'");
  replica_.flush();
  sent();
  receive(3, "other", 1, storage::Delete{});
  EXPECT_TRUE(replica_.recovering());
  EXPECT_THAT(sent(), ElementsAre("f"));
  replica_.fetched("", WireSnapshot{.version = 4, .exists = false, .text = {}});
  EXPECT_TRUE(replica_.quiet());
  EXPECT_EQ(replica_.version(), 4U);
}

}  // namespace
}  // namespace cowrite::simulation
