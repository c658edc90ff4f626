// The judge of the simulation: each promise, once kept and once broken.

#include "tests/simulation/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "server/protocol/error_codes.h"
#include "storage/errors.h"
#include "storage/source.h"
#include "tests/ot/notation.h"

namespace cowrite::simulation {
namespace {

const DocumentKey& key() {
  static const DocumentKey kKey("docs", "d");
  return kKey;
}

class OracleTest : public ::testing::Test {
 protected:
  // Makes a record of the client with this id durable.
  void commit(const std::string& id, std::uint64_t sequence, storage::Change change,
              std::int64_t time_ms = 1) {
    storage::Snapshot after = ledger_.book(key()).newest();
    const storage::Record record{.version = after.version,
                                 .source = storage::source_of("", id),
                                 .sequence = sequence,
                                 .author = {},
                                 .time_ms = time_ms,
                                 .change = std::move(change)};
    ASSERT_TRUE(storage::apply(after, record));
    ASSERT_EQ(ledger_.add({key(), record.version,
                           std::make_shared<const std::vector<storage::Record>>(1, record),
                           after.exists, after.text.bytes()}),
              std::nullopt);
  }
  void submit(std::uint64_t sequence, std::uint64_t base, storage::Change change) {
    oracle_.submitted("c", {key(), base, "me", sequence, std::move(change)});
  }
  static WireMessage presence(std::string value, std::uint64_t version) {
    WireMessage presence;
    presence.channel = "docs.d";
    presence.id = "me";
    presence.source = "me";
    presence.key = key();
    presence.value = std::move(value);
    presence.version = version;
    return presence;
  }
  // The same as others see it.
  static WireMessage seen(std::string value, std::uint64_t version) {
    WireMessage seen = presence(std::move(value), version);
    seen.source = storage::source_of("", seen.source);
    return seen;
  }
  static storage::Change edit(std::string_view notation) { return storage::Edit{ot::op(notation)}; }

  [[nodiscard]] std::string broken() const {
    return oracle_.first() ? oracle_.first()->promise : "";
  }

  Ledger ledger_;
  Oracle oracle_{ledger_};
};

TEST_F(OracleTest, AnAckOfWhatIsDurableIsFine) {
  submit(1, 0, storage::Create{"é"});
  commit("me", 1, storage::Create{"é"});
  oracle_.acknowledged("c", key(), "me", 1, 0);
  oracle_.judge_log();
  EXPECT_EQ(broken(), "");
}

TEST_F(OracleTest, AnAckBeforeTheSyncBreaksP1) {
  submit(1, 0, storage::Create{"é"});
  oracle_.acknowledged("c", key(), "me", 1, 0);
  EXPECT_EQ(broken(), "P1");
}

TEST_F(OracleTest, AnAckForAnotherRecordBreaksP1) {
  submit(1, 0, storage::Create{"é"});
  commit("other", 1, storage::Create{"é"});
  oracle_.acknowledged("c", key(), "me", 1, 0);
  EXPECT_EQ(broken(), "P1");
}

TEST_F(OracleTest, ARecordThatHoldsAnotherTextBreaksP1) {
  submit(1, 0, storage::Create{"é"});
  commit("me", 1, storage::Create{"è"});
  oracle_.acknowledged("c", key(), "me", 1, 0);
  EXPECT_EQ(broken(), "P1");
}

TEST_F(OracleTest, AnAckForWhatWasNeverSentIsAnAnswerTooMany) {
  commit("me", 1, storage::Create{"é"});
  oracle_.acknowledged("c", key(), "me", 1, 0);
  EXPECT_EQ(broken(), "answers");
}

TEST_F(OracleTest, AKeystrokeThatIsInTheLogTwiceBreaksP2) {
  commit("me", 1, storage::Create{"é"});
  commit("me", 2, edit("'é'"));
  oracle_.judge_log();
  EXPECT_EQ(broken(), "P2");
}

TEST_F(OracleTest, ASequenceThatGoesBackBreaksP2) {
  commit("me", 2, storage::Create{"é"});
  commit("me", 1, edit("'è'"));
  oracle_.judge_log();
  EXPECT_EQ(broken(), "P2");
}

TEST_F(OracleTest, WhatWasRefusedAndIsInTheLogBreaksP2) {
  commit("other", 1, storage::Create{"é"});
  submit(1, 0, storage::Create{"è"});
  oracle_.refused("c", key(), "me", 1, std::string(protocol::kErrDocAlreadyCreated));
  EXPECT_EQ(broken(), "");
  commit("other", 2, storage::Delete{});
  commit("me", 1, storage::Create{"è"});
  oracle_.judge_log();
  EXPECT_EQ(broken(), "P2");
}

TEST_F(OracleTest, AClientThatIsTakenBackBreaksP3) {
  oracle_.moved("c", key(), 2);
  oracle_.moved("c", key(), 2);
  EXPECT_EQ(broken(), "");
  oracle_.moved("c", key(), 1);
  EXPECT_EQ(broken(), "P3");
}

TEST_F(OracleTest, ATextThatWasNeverCommittedBreaksP4) {
  commit("other", 1, storage::Create{"é"});
  oracle_.shown("c", key(), {.version = 1, .exists = true, .text = "é"});
  EXPECT_EQ(broken(), "");
  oracle_.shown("c", key(), {.version = 1, .exists = true, .text = "è"});
  EXPECT_EQ(broken(), "P4");
}

TEST_F(OracleTest, ARecordThatIsNotDurableMayNotBeShown) {
  oracle_.shown("c", {.key = key(), .version = 0, .source = "other", .sequence = 1});
  EXPECT_EQ(broken(), "P1");
}

TEST_F(OracleTest, AReplicaThatDiffersBreaksP4) {
  commit("other", 1, storage::Create{"é"});
  oracle_.judge_replica("c", key(), 1, "é");
  EXPECT_EQ(broken(), "");
  oracle_.judge_replica("c", key(), 1, "è");
  EXPECT_EQ(broken(), "P4");
}

TEST_F(OracleTest, AnErrorNeedsItsReason) {
  commit("other", 1, storage::Create{"é"});
  commit("other", 2, storage::Delete{});
  submit(1, 1, edit("'è'"));
  oracle_.refused("c", key(), "me", 1, std::string(protocol::kErrDocWasDeleted));
  EXPECT_EQ(broken(), "");
  submit(2, 2, edit("'ê'"));
  oracle_.refused("c", key(), "me", 2, std::string(protocol::kErrDocWasDeleted));
  EXPECT_EQ(broken(), "errors");
}

TEST_F(OracleTest, AFailedReadNeedsADiskThatFails) {
  oracle_.reads_fail = true;
  oracle_.failed("c", "f", std::string(storage::kErrIo));
  EXPECT_EQ(broken(), "");
  oracle_.reads_fail = false;
  oracle_.failed("c", "f", std::string(storage::kErrIo));
  EXPECT_EQ(broken(), "errors");
}

TEST(Ledger, ARecordOutOfLineIsNotAdded) {
  Ledger ledger;
  const storage::Record record{.version = 1, .source = "a", .change = storage::Create{"x"}};
  const auto broken = ledger.add(
      {key(), 0, std::make_shared<const std::vector<storage::Record>>(1, record), true, 1});
  EXPECT_EQ(broken, "record 1 is appended at version 0");
}

TEST_F(OracleTest, APresenceStandsWhereTheTextHasMovedIt) {
  commit("you", 1, storage::Create{"ab"});
  oracle_.announced(presence("[1,2]", 1));
  commit("you", 2, edit("1 'xyz'"));
  oracle_.shown_presence("c", seen("[1,5]", 2));
  EXPECT_EQ(broken(), "");
  oracle_.shown_presence("c", seen("[1,2]", 2));
  EXPECT_EQ(broken(), "presence");
}

TEST_F(OracleTest, APresenceMovesBehindWhatItsOwnClientInserts) {
  commit("you", 1, storage::Create{"ab"});
  oracle_.announced(presence("1", 1));
  commit("me", 1, edit("1 'xyz'"));
  oracle_.shown_presence("c", seen("4", 2));
  EXPECT_EQ(broken(), "");
}

TEST_F(OracleTest, APresenceEndsWithItsDocument) {
  commit("you", 1, storage::Create{"ab"});
  oracle_.announced(presence("1", 1));
  commit("you", 2, storage::Delete{});
  oracle_.shown_presence("c", seen("null", 2));
  oracle_.judge_presence("c", "docs.d", "me", {.value = "null", .version = 0});
  EXPECT_EQ(broken(), "");
}

TEST_F(OracleTest, APresenceThatIsLostBreaksPresence) {
  commit("you", 1, storage::Create{"ab"});
  oracle_.announced(presence("1", 1));
  oracle_.judge_presence("c", "docs.d", "me", {.value = "null", .version = 0});
  EXPECT_EQ(broken(), "presence");
}

TEST_F(OracleTest, APresenceMayBeRefusedOnlyIfItIsBehind) {
  commit("you", 1, storage::Create{"ab"});
  WireMessage refused = presence("1", 0);
  refused.error = protocol::kErrPresenceTransform;
  oracle_.refused("c", refused);
  EXPECT_EQ(broken(), "");
  refused.version = 1;
  oracle_.refused("c", refused);
  EXPECT_EQ(broken(), "errors");
}

TEST_F(OracleTest, AReplacedDocumentThatIsFollowedInItsOldStateBreaksOrder) {
  commit("you", 1, storage::Create{"ab"});
  commit("you", 2, edit("'x'"));
  oracle_.judge_replaced("c", key(), "me", 1);
  EXPECT_EQ(broken(), "");
  oracle_.replaced(key());
  oracle_.judge_replaced("c", key(), "me", 2);
  EXPECT_EQ(broken(), "");
  oracle_.judge_replaced("c", key(), "me", 1);
  EXPECT_EQ(broken(), "order");
}

}  // namespace
}  // namespace cowrite::simulation
