// What becomes of submissions, in every order that appends and their outcomes can come in.

#include "server/document/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/document/limits.h"
#include "storage/errors.h"
#include "storage/limits.h"
#include "tests/ot/notation.h"
#include "tests/server/document/document_harness.h"

namespace cowrite::document {
namespace {

using storage::AppendOutcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// ---- One submission

TEST(Document, NothingIsAnnouncedBeforeTheOutcomeIsKnown) {
  DocumentHarness harness;
  harness.create("alice", 1, std::nullopt, "ab");
  EXPECT_TRUE(harness.appending());
  EXPECT_THAT(harness.announced(), IsEmpty());
  EXPECT_EQ(harness.text(), "(none)");
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(), ElementsAre("0 alice:1 create 'ab'", "ack alice:1 at 0"));
  EXPECT_EQ(harness.text(), "ab");
  EXPECT_FALSE(harness.document().busy());
}

TEST(Document, ALaterInsertStandsLeftOfAnEarlierOneAtTheSamePlace) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.settle();
  harness.edit("carol", 1, 1, "1 'Y'");
  harness.settle();
  EXPECT_EQ(harness.text(), "aYXb");
  EXPECT_THAT(harness.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1", "2 carol:1 1 'Y'",
                                               "ack carol:1 at 2 after 1"));
}

TEST(Document, AnOperationFromTheFutureIsRefused) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 2, "'x'");
  EXPECT_THAT(harness.announced(),
              ElementsAre("refuse 1 ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT"));
  EXPECT_FALSE(harness.appending());
}

TEST(Document, AnOperationThatDoesNotFitIsRefused) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "3 'x'");
  harness.edit("bob", 2, 1, "-3");
  EXPECT_THAT(harness.announced(),
              ElementsAre("refuse 1 ERR_OT_OP_NOT_APPLIED", "refuse 2 ERR_OT_OP_NOT_APPLIED"));
  EXPECT_EQ(harness.text(), "ab");
}

TEST(Document, AnEmptyOperationIsCommittedLikeAnyOther) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "");
  harness.settle();
  EXPECT_THAT(harness.announced(), ElementsAre("1 bob:1 ", "ack bob:1 at 1"));
  EXPECT_EQ(harness.version(), 2U);
}

TEST(Document, DeletingWhatDoesNotExistCountsAVersion) {
  DocumentHarness harness;
  harness.remove("alice", 1, 0);
  harness.settle();
  EXPECT_THAT(harness.announced(), ElementsAre("0 alice:1 delete", "ack alice:1 at 0"));
  EXPECT_EQ(harness.text(), "(none)");
  EXPECT_EQ(harness.version(), 1U);
}

TEST(Document, AnEditOfWhatDoesNotExistIsRefused) {
  DocumentHarness harness;
  harness.edit("alice", 1, std::nullopt, "'x'");
  EXPECT_THAT(harness.announced(), ElementsAre("refuse 1 ERR_DOC_DOES_NOT_EXIST"));
}

// ---- Who beats whom: a submission made at version 1, over a record that it did not know

struct Cell {
  const char* committed;
  const char* submitted;
  const char* outcome;
};

class WhoBeatsWhom : public ::testing::TestWithParam<Cell> {};

TEST_P(WhoBeatsWhom, FollowsTheTable) {
  // Versions: 1 is the document, or its absence where a create is to be committed.
  const auto [committed, submitted, outcome] = GetParam();
  const bool creates = std::string_view(committed) == "create";
  DocumentHarness harness(creates ? std::vector{record(0, "alice", 1, storage::Delete{})}
                                  : std::vector{record(0, "alice", 1, storage::Create{"ab"})},
                          1);
  const auto send = [&harness](const char* source, std::string_view kind) {
    if (kind == "create") harness.create(source, 1, 1, "new");
    if (kind == "edit") harness.edit(source, 1, 1, "'x'");
    if (kind == "delete") harness.remove(source, 1, 1);
  };
  send("bob", committed);
  harness.settle();
  (void)harness.announced();
  send("carol", submitted);
  harness.settle();
  EXPECT_EQ(harness.announced().back(), outcome);
}

INSTANTIATE_TEST_SUITE_P(
    Document, WhoBeatsWhom,
    ::testing::Values(Cell{"create", "create", "refuse 1 ERR_DOC_ALREADY_CREATED"},
                      Cell{"create", "edit", "refuse 1 ERR_DOC_ALREADY_CREATED"},
                      Cell{"create", "delete", "refuse 1 ERR_DOC_ALREADY_CREATED"},
                      Cell{"edit", "create", "refuse 1 ERR_DOC_ALREADY_CREATED"},
                      Cell{"edit", "edit", "ack carol:1 at 2 after 1"},
                      Cell{"edit", "delete", "ack carol:1 at 2 after 1"},
                      Cell{"delete", "create", "refuse 1 ERR_DOC_WAS_DELETED"},
                      Cell{"delete", "edit", "refuse 1 ERR_DOC_WAS_DELETED"},
                      Cell{"delete", "delete", "ack carol:1 at 2 after 1"}));

// ---- Batches

TEST(Document, WhatArrivesDuringAnAppendWaitsAndFormsTheNextBatch) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.edit("carol", 1, 1, "1 'Y'");
  harness.edit("dave", 1, 1, "1 'Z'");
  EXPECT_EQ(harness.batch_size(), 1U);
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1"));
  EXPECT_EQ(harness.batch_size(), 2U);
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(),
              ElementsAre("2 carol:1 1 'Y'", "3 dave:1 1 'Z'", "ack carol:1 at 2 after 1",
                          "ack dave:1 at 3 after 1 2"));
  EXPECT_EQ(harness.text(), "aZYXb");
}

TEST(Document, OneBadOperationInTheMiddleOfABatchHurtsNoOther) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "");
  harness.edit("carol", 1, 1, "2 'c'");
  harness.edit("dave", 7, 1, "99 'd'");
  harness.edit("erin", 1, 1, "2 'e'");
  harness.finish(AppendOutcome::kCommitted);
  (void)harness.announced();
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(),
              ElementsAre("2 carol:1 2 'c'", "3 erin:1 2 'e'", "ack carol:1 at 2 after 1",
                          "refuse 7 ERR_OT_OP_NOT_APPLIED", "ack erin:1 at 3 after 1 2"));
  EXPECT_EQ(harness.text(), "abec");
}

TEST(Document, DeleteAndCreateFitInOneBatch) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "'x'");
  harness.remove("carol", 1, 1);
  harness.create("dave", 1, std::nullopt, "new");
  harness.edit("erin", 1, 1, "'lost'");
  harness.finish(AppendOutcome::kCommitted);
  (void)harness.announced();
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(),
              ElementsAre("2 carol:1 delete", "3 dave:1 create 'new'", "ack carol:1 at 2 after 1",
                          "ack dave:1 at 3", "refuse 1 ERR_DOC_WAS_DELETED"));
  EXPECT_EQ(harness.text(), "new");
}

TEST(Document, ABatchHasABoundAndTheRestFollows) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "");
  for (std::size_t i = 0; i <= kBatchRecordsMax; ++i) {
    harness.edit("c" + std::to_string(i), 1, 1, "'x'");
  }
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.batch_size(), kBatchRecordsMax);
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.batch_size(), 1U);
}

TEST(Document, TimesNeverDecrease) {
  DocumentHarness harness = ab();
  harness.now_ms = 5'000;
  harness.edit("bob", 1, 1, "'x'");
  harness.settle();
  harness.now_ms = 4'000;
  harness.edit("bob", 2, 2, "'y'");
  harness.settle();
  EXPECT_EQ(harness.log()[1].time_ms, 5'000);
  EXPECT_EQ(harness.log()[2].time_ms, 5'000);
}

// ---- Repeats

TEST(Document, ARepeatGetsTheAckOfTheRecordThatHoldsIt) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.settle();
  harness.edit("carol", 1, 2, "'Y'");
  harness.settle();
  (void)harness.announced();
  harness.edit("bob", 1, 1, "1 'X'");
  EXPECT_THAT(harness.announced(), ElementsAre("ack bob:1 at 1"));
  EXPECT_EQ(harness.version(), 3U);
}

TEST(Document, AnAckTellsOverHowManyRecordsTheOperationWasRebased) {
  DocumentHarness harness = ab();
  const std::size_t before = harness.depths().size();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.settle();
  harness.edit("carol", 1, 1, "1 'Y'");  // These two become one batch.
  harness.edit("dave", 1, 1, "1 'Z'");
  harness.settle();
  harness.edit("erin", 1, std::nullopt, "'E'");
  harness.edit("bob", 1, 1, "1 'X'");
  harness.settle();
  using Depths = std::vector<std::optional<std::uint64_t>>;
  const Depths depths(harness.depths().begin() + static_cast<std::ptrdiff_t>(before),
                      harness.depths().end());
  EXPECT_EQ(depths, (Depths{0, 1, 2, 0, std::nullopt})) << "a repeat is not rebased";
}

TEST(Document, ARepeatOnANewSocketWhileTheFirstStillWaitsIsOneMoreWaiter) {
  DocumentHarness harness = ab();
  harness.edit("alice", 2, 1, "");
  harness.edit("bob", 1, 1, "1 'X'");
  harness.edit("bob", 1, 1, "1 'X'");
  harness.finish(AppendOutcome::kCommitted);
  (void)harness.announced();
  EXPECT_EQ(harness.batch_size(), 1U);
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(),
              ElementsAre("2 bob:1 1 'X'", "ack bob:1 at 2 after 1", "ack bob:1 at 2 after 1"));
  EXPECT_EQ(harness.text(), "aXb");
}

TEST(Document, ARepeatWhileTheFirstIsBeingAppendedWaitsForItsOutcome) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.edit("bob", 1, 1, "1 'X'");
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(),
              ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1", "ack bob:1 at 1"));
  EXPECT_FALSE(harness.appending());
}

TEST(Document, ARepeatThatItsClientHasTransformedMeanwhileIsRecognised) {
  DocumentHarness harness = ab();
  harness.edit("carol", 1, 1, "'YY'");
  harness.settle();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.settle();
  (void)harness.announced();
  harness.edit("bob", 1, 2, "3 'X'");  // Bob has received carol's.
  EXPECT_THAT(harness.announced(), ElementsAre("ack bob:1 at 2"));
}

TEST(Document, AnotherOperationUnderAUsedSequenceIsRefusedAndNeverAcknowledged) {
  DocumentHarness harness = ab();
  harness.edit("victim", 1, 1, "'forged'");  // Sent by somebody else under the victim's source.
  harness.settle();
  (void)harness.announced();
  harness.edit("victim", 1, 1, "'mine'");
  EXPECT_THAT(harness.announced(), ElementsAre("refuse 1 ERR_OP_SEQUENCE_REUSED"));
  EXPECT_EQ(harness.text(), "forgedab");
}

TEST(Document, ASequenceThatWentBackIsRefused) {
  DocumentHarness harness = ab();
  harness.edit("bob", 5, 1, "'x'");
  harness.settle();
  (void)harness.announced();
  harness.edit("bob", 4, 2, "'y'");
  EXPECT_THAT(harness.announced(), ElementsAre("refuse 4 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, ARepeatedCreateOfAClientThatNeverFetchedIsRecognised) {
  DocumentHarness harness;
  harness.create("alice", 1, std::nullopt, "ab");
  harness.settle();
  harness.edit("bob", 1, 1, "'x'");
  harness.settle();
  (void)harness.announced();
  harness.create("alice", 1, std::nullopt, "ab");
  harness.create("carol", 1, std::nullopt, "ab");
  EXPECT_THAT(harness.announced(),
              ElementsAre("ack alice:1 at 0", "refuse 1 ERR_DOC_ALREADY_CREATED"));
}

// ---- Outcomes other than committed

TEST(Document, AConflictFormsTheBatchAnewFromTheOriginals) {
  DocumentHarness harness = ab();
  harness.edit("alice", 2, 1, "");
  harness.edit("bob", 1, 1, "1 'X'");
  harness.edit("carol", 1, 1, "1 'Y'");
  harness.finish(AppendOutcome::kCommitted);
  (void)harness.announced();
  harness.write_elsewhere(record(2, "far", 1, storage::Edit{[] {
                                   ot::OperationBuilder builder;
                                   builder.insert("F");
                                   return std::move(builder).build();
                                 }()}));
  harness.finish(AppendOutcome::kConflict);
  EXPECT_THAT(harness.announced(), IsEmpty());
  harness.read_foreign();
  EXPECT_THAT(harness.announced(), ElementsAre("2 far:1 'F'"));
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(harness.announced(),
              ElementsAre("3 bob:1 2 'X'", "4 carol:1 2 'Y'", "ack bob:1 at 3 after 1 2",
                          "ack carol:1 at 4 after 1 2 3"));
  EXPECT_EQ(harness.text(), "FaYXb");
}

TEST(Document, AConflictWithOnesOwnRecordEndsInItsAck) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  ot::OperationBuilder builder;
  builder.retain(1).insert("X");
  harness.write_elsewhere(record(1, "bob", 1, storage::Edit{std::move(builder).build()}));
  harness.finish(AppendOutcome::kConflict);
  harness.read_foreign();
  EXPECT_THAT(harness.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1"));
  EXPECT_EQ(harness.text(), "aXb");
}

TEST(Document, AConflictThatFillsTheMemoryForRecordsLeavesAnAuthorTheAckAlone) {
  DocumentHarness harness = ab();
  harness.edit("carol", 1, 1, "'c'");
  harness.settle();
  (void)harness.announced();
  harness.edit("bob", 1, 1, "2 'X'");
  const std::string pasted(kRecentBytesMax / 4, 'p');
  for (std::uint64_t v = 2; v < 8; ++v) {
    ot::OperationBuilder builder;
    builder.insert(pasted);
    harness.write_elsewhere(record(v, "far", v, storage::Edit{std::move(builder).build()}));
  }
  harness.finish(AppendOutcome::kConflict);
  harness.read_foreign();
  harness.read_history();  // Whether bob has sent something before.
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.announced().back(), "ack bob:1 at 8");
  EXPECT_EQ(harness.text().size(), 6 * pasted.size() + 4);
}

TEST(Document, ARefusedAppendIsHeldAndOfferedAgain) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.finish(AppendOutcome::kRefused);
  EXPECT_TRUE(harness.wants_retry());
  harness.edit("carol", 1, 1, "1 'Y'");
  EXPECT_FALSE(harness.appending());
  EXPECT_THAT(harness.announced(), IsEmpty());
  harness.retry();
  EXPECT_EQ(harness.batch_size(), 2U);
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.text(), "aYXb");
}

TEST(Document, WhatWaitsOfSomebodyWhoIsGoneIsDropped) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.edit("carol", 1, 1, "1 'Y'");
  harness.edit("dave", 1, 1, "2 'Z'");
  harness.leave("carol");
  harness.settle();
  EXPECT_EQ(harness.text(), "aXbZ");
}

TEST(Document, WhatTheLogWasGivenOfSomebodyWhoIsGoneIsCommitted) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.leave("bob");
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.text(), "aXb");
  EXPECT_EQ(harness.announced().back(), "ack bob:1 at 1");
}

TEST(Document, WhatTheLogRefusedOfSomebodyWhoIsGoneIsNotOfferedAgain) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.leave("bob");
  harness.edit("carol", 1, 1, "1 'Y'");
  harness.finish(AppendOutcome::kRefused);
  EXPECT_EQ(harness.document().waiting(), 1U);
  harness.retry();
  EXPECT_EQ(harness.batch_size(), 1U);
  harness.leave("carol");
  harness.finish(AppendOutcome::kRefused);
  harness.retry();
  EXPECT_FALSE(harness.appending());
  EXPECT_FALSE(harness.document().busy());
}

TEST(Document, WhatIsFarBehindOfSomebodyWhoIsGoneIsDropped) {
  DocumentHarness harness({record(0, "alice", 1, storage::Create{"ab"}),
                           record(1, "alice", 2, storage::Edit{ot::op("'x'")}),
                           record(2, "alice", 3, storage::Edit{ot::op("'y'")})},
                          1);
  harness.edit("bob", 1, 1, "'X'");    // It is away, to be read for.
  harness.edit("bob", 2, 1, "'X'");    // It is held back.
  harness.edit("carol", 1, 1, "'Y'");  // It waits until those are back.
  EXPECT_EQ(harness.document().waiting(), 3U);
  harness.leave("bob");
  harness.leave("carol");
  EXPECT_EQ(harness.document().waiting(), 1U) << "which a reader has";
  harness.read_history();
  EXPECT_FALSE(harness.document().busy());
  EXPECT_EQ(harness.version(), 3U);
  EXPECT_THAT(harness.announced(), IsEmpty());
}

TEST(Document, AnUnknownOutcomeHaltsAndAnswersNobody) {
  DocumentHarness harness = ab();
  harness.edit("bob", 1, 1, "1 'X'");
  harness.finish(AppendOutcome::kUnknown);
  harness.edit("carol", 1, 1, "1 'Y'");
  EXPECT_TRUE(harness.halted());
  EXPECT_FALSE(harness.appending());
  EXPECT_THAT(harness.announced(), IsEmpty());
  EXPECT_EQ(harness.text(), "ab");
}

// ---- Limits

TEST(Document, ADocumentDoesNotGrowBeyondItsLimit) {
  DocumentHarness harness;
  harness.create("alice", 1, std::nullopt, std::string(storage::kDocumentBytesMax - 1, 'a'));
  harness.settle();
  (void)harness.announced();
  harness.edit("bob", 1, 1, "'xx'");
  harness.edit("carol", 1, 1, "'xx' -1");
  harness.edit("dave", 1, 1, "-1");
  harness.read_history();
  harness.settle();
  EXPECT_THAT(harness.announced(), ::testing::UnorderedElementsAre(
                                       "refuse 1 ERR_DOC_TOO_LARGE", "1 carol:1 'xx' -1",
                                       "ack carol:1 at 1", "2 dave:1 ", "ack dave:1 at 2 after 1"));
}

TEST(Document, AsksForPackingAfterSoManyRecordsAndForACheckpointAfterSoManyBytes) {
  DocumentHarness harness({record(0, "alice", 1, storage::Create{std::string(1'000'000, 'a')})}, 1);
  for (std::uint64_t i = 1; i <= 2 * storage::kPackRecords; ++i) {
    harness.edit("bob", i, i, "'x'");
    harness.settle();
  }
  EXPECT_EQ(harness.packings(), 2U);
  EXPECT_EQ(harness.checkpoints(), 0U);
  const std::string pasted = "'" + std::string(10'000, 'p') + "' -10000";  // As much as it deletes.
  for (std::uint64_t i = 1; i <= 150; ++i) {
    harness.edit("carol", i, harness.version(), pasted);
    harness.read_history();
    harness.settle();
  }
  EXPECT_EQ(harness.checkpoints(), 1U);
}

TEST(Document, AsksForACheckpointAtOnceWhereManyRecordsCameAfterTheLastBeforeItWasOpened) {
  DocumentHarness harness = long_history(storage::kPackRecords);
  harness.edit("old", storage::kPackRecords + 1, storage::kPackRecords + 1, "'x'");
  harness.settle();
  EXPECT_EQ(harness.checkpoints(), 1U);
}

TEST(Document, KeepsABoundedNumberOfRecentRecords) {
  DocumentHarness harness = ab();
  for (std::uint64_t i = 1; i <= kRecentRecordsMax + 10; ++i) {
    harness.edit("bob", i, i, "");
    harness.settle();
  }
  EXPECT_EQ(harness.document().recent().end() - harness.document().recent().begin(),
            kRecentRecordsMax);
}

}  // namespace
}  // namespace cowrite::document
