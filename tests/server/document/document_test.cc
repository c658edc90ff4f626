// What becomes of submissions, in every order that appends and their outcomes can come in.

#include "server/document/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/document/limits.h"
#include "storage/errors.h"
#include "storage/limits.h"
#include "tests/server/document/document_harness.h"

namespace cowrite::document {
namespace {

using storage::AppendOutcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "ab" by alice, at version 1.
DocumentHarness ab() { return DocumentHarness({record(0, "alice", 1, storage::Create{"ab"})}, 1); }

// Version 1 is "", then a letter by "old" each; only the newest is in memory.
DocumentHarness long_history(std::uint64_t letters) {
  std::vector<storage::Record> history{record(0, "alice", 1, storage::Create{""})};
  for (std::uint64_t i = 0; i < letters; ++i) {
    ot::OperationBuilder builder;
    builder.retain(i).insert("x");
    history.push_back(record(i + 1, "old", i + 1, storage::Edit{std::move(builder).build()}));
  }
  return DocumentHarness(std::move(history), 1);
}

// ---- One submission

TEST(Document, NothingIsAnnouncedBeforeTheOutcomeIsKnown) {
  DocumentHarness desk;
  desk.create("alice", 1, std::nullopt, "ab");
  EXPECT_TRUE(desk.appending());
  EXPECT_THAT(desk.announced(), IsEmpty());
  EXPECT_EQ(desk.text(), "(none)");
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(), ElementsAre("0 alice:1 create 'ab'", "ack alice:1 at 0"));
  EXPECT_EQ(desk.text(), "ab");
  EXPECT_FALSE(desk.document().busy());
}

TEST(Document, ALaterInsertStandsLeftOfAnEarlierOneAtTheSamePlace) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.settle();
  desk.edit("carol", 1, 1, "1 'Y'");
  desk.settle();
  EXPECT_EQ(desk.text(), "aYXb");
  EXPECT_THAT(desk.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1", "2 carol:1 1 'Y'",
                                            "ack carol:1 at 2 after 1"));
}

TEST(Document, AnOperationFromTheFutureIsRefused) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 2, "'x'");
  EXPECT_THAT(desk.announced(), ElementsAre("refuse 1 ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT"));
  EXPECT_FALSE(desk.appending());
}

TEST(Document, AnOperationThatDoesNotFitIsRefused) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "3 'x'");
  desk.edit("bob", 2, 1, "-3");
  EXPECT_THAT(desk.announced(),
              ElementsAre("refuse 1 ERR_OT_OP_NOT_APPLIED", "refuse 2 ERR_OT_OP_NOT_APPLIED"));
  EXPECT_EQ(desk.text(), "ab");
}

TEST(Document, AnEmptyOperationIsCommittedLikeAnyOther) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "");
  desk.settle();
  EXPECT_THAT(desk.announced(), ElementsAre("1 bob:1 ", "ack bob:1 at 1"));
  EXPECT_EQ(desk.version(), 2U);
}

TEST(Document, DeletingWhatDoesNotExistCountsAVersion) {
  DocumentHarness desk;
  desk.remove("alice", 1, 0);
  desk.settle();
  EXPECT_THAT(desk.announced(), ElementsAre("0 alice:1 delete", "ack alice:1 at 0"));
  EXPECT_EQ(desk.text(), "(none)");
  EXPECT_EQ(desk.version(), 1U);
}

TEST(Document, AnEditOfWhatDoesNotExistIsRefused) {
  DocumentHarness desk;
  desk.edit("alice", 1, std::nullopt, "'x'");
  EXPECT_THAT(desk.announced(), ElementsAre("refuse 1 ERR_DOC_DOES_NOT_EXIST"));
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
  DocumentHarness desk(creates ? std::vector{record(0, "alice", 1, storage::Delete{})}
                               : std::vector{record(0, "alice", 1, storage::Create{"ab"})},
                       1);
  const auto send = [&desk](const char* source, std::string_view kind) {
    if (kind == "create") desk.create(source, 1, 1, "new");
    if (kind == "edit") desk.edit(source, 1, 1, "'x'");
    if (kind == "delete") desk.remove(source, 1, 1);
  };
  send("bob", committed);
  desk.settle();
  (void)desk.announced();
  send("carol", submitted);
  desk.settle();
  EXPECT_EQ(desk.announced().back(), outcome);
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
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.edit("carol", 1, 1, "1 'Y'");
  desk.edit("dave", 1, 1, "1 'Z'");
  EXPECT_EQ(desk.batch_size(), 1U);
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1"));
  EXPECT_EQ(desk.batch_size(), 2U);
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(),
              ElementsAre("2 carol:1 1 'Y'", "3 dave:1 1 'Z'", "ack carol:1 at 2 after 1",
                          "ack dave:1 at 3 after 1 2"));
  EXPECT_EQ(desk.text(), "aZYXb");
}

TEST(Document, OneBadOperationInTheMiddleOfABatchHurtsNoOther) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "");
  desk.edit("carol", 1, 1, "2 'c'");
  desk.edit("dave", 7, 1, "99 'd'");
  desk.edit("erin", 1, 1, "2 'e'");
  desk.finish(AppendOutcome::kCommitted);
  (void)desk.announced();
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(),
              ElementsAre("2 carol:1 2 'c'", "3 erin:1 2 'e'", "ack carol:1 at 2 after 1",
                          "refuse 7 ERR_OT_OP_NOT_APPLIED", "ack erin:1 at 3 after 1 2"));
  EXPECT_EQ(desk.text(), "abec");
}

TEST(Document, DeleteAndCreateFitInOneBatch) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "'x'");
  desk.remove("carol", 1, 1);
  desk.create("dave", 1, std::nullopt, "new");
  desk.edit("erin", 1, 1, "'lost'");
  desk.finish(AppendOutcome::kCommitted);
  (void)desk.announced();
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(),
              ElementsAre("2 carol:1 delete", "3 dave:1 create 'new'", "ack carol:1 at 2 after 1",
                          "ack dave:1 at 3", "refuse 1 ERR_DOC_WAS_DELETED"));
  EXPECT_EQ(desk.text(), "new");
}

TEST(Document, ABatchHasABoundAndTheRestFollows) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "");
  for (std::size_t i = 0; i <= kBatchRecordsMax; ++i) {
    desk.edit("c" + std::to_string(i), 1, 1, "'x'");
  }
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(desk.batch_size(), kBatchRecordsMax);
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(desk.batch_size(), 1U);
}

TEST(Document, TimesNeverDecrease) {
  DocumentHarness desk = ab();
  desk.now_ms = 5'000;
  desk.edit("bob", 1, 1, "'x'");
  desk.settle();
  desk.now_ms = 4'000;
  desk.edit("bob", 2, 2, "'y'");
  desk.settle();
  EXPECT_EQ(desk.log()[1].time_ms, 5'000);
  EXPECT_EQ(desk.log()[2].time_ms, 5'000);
}

// ---- Repeats

TEST(Document, ARepeatGetsTheAckOfTheRecordThatHoldsIt) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.settle();
  desk.edit("carol", 1, 2, "'Y'");
  desk.settle();
  (void)desk.announced();
  desk.edit("bob", 1, 1, "1 'X'");
  EXPECT_THAT(desk.announced(), ElementsAre("ack bob:1 at 1"));
  EXPECT_EQ(desk.version(), 3U);
}

TEST(Document, ARepeatOnANewSocketWhileTheFirstStillWaitsIsOneMoreWaiter) {
  DocumentHarness desk = ab();
  desk.edit("alice", 2, 1, "");
  desk.edit("bob", 1, 1, "1 'X'");
  desk.edit("bob", 1, 1, "1 'X'");
  desk.finish(AppendOutcome::kCommitted);
  (void)desk.announced();
  EXPECT_EQ(desk.batch_size(), 1U);
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(),
              ElementsAre("2 bob:1 1 'X'", "ack bob:1 at 2 after 1", "ack bob:1 at 2 after 1"));
  EXPECT_EQ(desk.text(), "aXb");
}

TEST(Document, ARepeatWhileTheFirstIsBeingAppendedWaitsForItsOutcome) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.edit("bob", 1, 1, "1 'X'");
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1", "ack bob:1 at 1"));
  EXPECT_FALSE(desk.appending());
}

TEST(Document, ARepeatThatItsClientHasTransformedMeanwhileIsRecognised) {
  DocumentHarness desk = ab();
  desk.edit("carol", 1, 1, "'YY'");
  desk.settle();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.settle();
  (void)desk.announced();
  desk.edit("bob", 1, 2, "3 'X'");  // Bob has received carol's.
  EXPECT_THAT(desk.announced(), ElementsAre("ack bob:1 at 2"));
}

TEST(Document, AnotherOperationUnderAUsedSequenceIsRefusedAndNeverAcknowledged) {
  DocumentHarness desk = ab();
  desk.edit("victim", 1, 1, "'forged'");  // Sent by somebody else under the victim's source.
  desk.settle();
  (void)desk.announced();
  desk.edit("victim", 1, 1, "'mine'");
  EXPECT_THAT(desk.announced(), ElementsAre("refuse 1 ERR_OP_SEQUENCE_REUSED"));
  EXPECT_EQ(desk.text(), "forgedab");
}

TEST(Document, ASequenceThatWentBackIsRefused) {
  DocumentHarness desk = ab();
  desk.edit("bob", 5, 1, "'x'");
  desk.settle();
  (void)desk.announced();
  desk.edit("bob", 4, 2, "'y'");
  EXPECT_THAT(desk.announced(), ElementsAre("refuse 4 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, ARepeatedCreateOfAClientThatNeverFetchedIsRecognised) {
  DocumentHarness desk;
  desk.create("alice", 1, std::nullopt, "ab");
  desk.settle();
  desk.edit("bob", 1, 1, "'x'");
  desk.settle();
  (void)desk.announced();
  desk.create("alice", 1, std::nullopt, "ab");
  desk.create("carol", 1, std::nullopt, "ab");
  EXPECT_THAT(desk.announced(),
              ElementsAre("ack alice:1 at 0", "refuse 1 ERR_DOC_ALREADY_CREATED"));
}

// ---- From far behind

TEST(Document, ASubmissionFromBeforeTheTailIsRebasedOverTheLog) {
  DocumentHarness desk = long_history(10);
  desk.edit("bob", 1, 1, "'Y'");
  EXPECT_EQ(desk.reads(), 1U);
  desk.read_history();
  desk.settle();
  EXPECT_THAT(desk.announced(),
              ElementsAre("11 bob:1 'Y'", "ack bob:1 at 11 after 1 2 3 4 5 6 7 8 9 10"));
  EXPECT_EQ(desk.text(), "Yxxxxxxxxxx");
}

TEST(Document, OthersGoOnWhileTheLogIsReadForOne) {
  DocumentHarness desk = long_history(10);
  desk.edit("bob", 1, 1, "'Y'");
  desk.edit("old", 11, 11, "'Z'");
  desk.settle();
  EXPECT_EQ(desk.text(), "Zxxxxxxxxxx");
  desk.read_history();
  desk.settle();
  EXPECT_EQ(desk.text(), "YZxxxxxxxxxx");
}

TEST(Document, ARepeatFromBeforeTheTailIsRecognised) {
  DocumentHarness desk = long_history(10);
  desk.edit("old", 3, 3, "2 'x'");
  desk.read_history();
  EXPECT_THAT(desk.announced(), ElementsAre("ack old:3 at 3"));
  desk.create("alice", 1, std::nullopt, "");
  desk.read_history();
  EXPECT_THAT(desk.announced(), ElementsAre("ack alice:1 at 0"));
}

TEST(Document, AForgeryFromBeforeTheTailIsRefused) {
  DocumentHarness desk = long_history(10);
  desk.edit("old", 3, 2, "'forged'");
  desk.read_history();
  EXPECT_THAT(desk.announced(), ElementsAre("refuse 3 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, WhatMayBeInALogThatCannotBeReadNowIsNotRefused) {
  DocumentHarness desk = long_history(10);
  desk.edit("old", 3, 3, "2 'x'");  // It is there, at version 3.
  desk.fail_history({storage::kErrIo, "the disk did not answer"});
  EXPECT_THAT(desk.announced(), ElementsAre("unsettled"));
  desk.edit("old", 11, 11, "'Z'");
  desk.settle();
  EXPECT_EQ(desk.version(), 12U);
  (void)desk.announced();
  desk.edit("old", 3, 3, "2 'x'");
  desk.read_history();
  EXPECT_THAT(desk.announced(), ElementsAre("ack old:3 at 3"));
}

TEST(Document, WhatNeedsDamagedRecordsIsRefused) {
  DocumentHarness desk = long_history(10);
  desk.edit("bob", 1, 1, "'Y'");
  desk.fail_history({storage::kErrDamaged, "record 3 is damaged"});
  EXPECT_THAT(desk.announced(), ElementsAre("refuse 1 ERR_STORAGE_DAMAGED"));
}

// ---- From behind the records in memory, over the shapes of edits

// Puts an "x" in front of "ab" many more times than there are records in memory, or than an author
// is sent: bob's sequence v makes version v + 1.
void type_long(DocumentHarness& desk) {
  for (std::uint64_t v = 1; v <= kMissedRecordsMax + 200; ++v) {
    desk.edit("bob", v, v, "'x'");
    desk.settle();
  }
  (void)desk.announced();
}

TEST(Document, ASubmissionFromBehindTheRecordsIsRebasedWithoutThem) {
  DocumentHarness desk = ab();
  type_long(desk);
  const std::uint64_t version = desk.version();
  const std::string at = std::to_string(version);
  ASSERT_GT(desk.document().tail().begin(), 100U);
  desk.edit("carol", 1, 2, "2 'Y'");  // At version 2 the text is "xab".
  EXPECT_EQ(desk.records_wanted(), 0U);
  desk.read_history();  // Nothing but carol's last sequence.
  desk.settle();
  // Too many for her ack.
  EXPECT_THAT(desk.announced(), ElementsAre(at + " carol:1 " + std::to_string(version) + " 'Y'",
                                            "ack carol:1 at " + at));
  desk.edit("carol", 2, 100, "100 'Z'");
  EXPECT_EQ(desk.reads(), 0U);
  desk.settle();
  EXPECT_EQ(desk.text().substr(version - 2), "xaZYb");  // Both stand behind a; the later one left.
}

TEST(Document, ARepeatFromBehindTheRecordsIsRecognisedWithoutThem) {
  DocumentHarness desk = ab();
  type_long(desk);
  desk.edit("bob", 50'000, desk.version(), "'y'");
  desk.edit("dave", 1, desk.version(), "'D'");
  desk.settle();
  desk.edit("erin", 1, 1, "1 'E'");
  desk.read_history();
  desk.settle();
  const std::uint64_t erins = desk.version() - 1;
  for (std::uint64_t v = desk.version(); desk.document().tail().begin() <= erins; ++v) {
    desk.edit("bob", v + 50'000, v, "'x'");
    desk.settle();
  }
  (void)desk.announced();
  desk.edit("erin", 1, 1, "1 'E'");
  EXPECT_EQ(desk.records_wanted(), 0U);
  desk.read_history();  // Her record, to compare.
  desk.edit("erin", 1, 1, "1 'F'");
  desk.read_history();
  EXPECT_THAT(desk.announced(), ElementsAre("ack erin:1 at " + std::to_string(erins),
                                            "refuse 1 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, AnOldRepeatFromBehindTheRecordsIsRecognisedByReadingThem) {
  DocumentHarness desk = ab();
  type_long(desk);
  desk.edit("bob", 7, 7, "'x'");
  EXPECT_GT(desk.records_wanted(), 0U);
  desk.read_history();
  desk.edit("bob", 7, 7, "'z'");
  desk.read_history();
  EXPECT_THAT(desk.announced(), ElementsAre("ack bob:7 at 7", "refuse 7 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, AnOperationThatIsNotInNormalFormPassesItsFirstRecordAsItCame) {
  DocumentHarness desk = ab();
  type_long(desk);
  const std::uint64_t version = desk.version();
  desk.edit("carol", 1, 2, "'A' 'B'");
  EXPECT_GT(desk.records_wanted(), 0U);
  desk.read_history();
  desk.settle();
  // Record 2 put an x in front: A stands left of it, B right.
  EXPECT_EQ(desk.text(), "A" + std::string(version - 2, 'x') + "Bxab");
}

TEST(Document, WhatWasMadeBeforeADeletionFarBackIsRefusedAsEver) {
  DocumentHarness desk = ab();
  type_long(desk);
  desk.remove("alice", 2, desk.version());
  desk.settle();
  desk.create("alice", 3, desk.version(), "new");
  desk.settle();
  (void)desk.announced();
  desk.edit("bob", 60'000, 3, "'x'");
  desk.read_history();
  desk.edit("bob", 60'000, desk.version() - 10, "'x'");
  EXPECT_THAT(desk.announced(),
              ElementsAre("refuse 60000 ERR_DOC_WAS_DELETED", "refuse 60000 ERR_DOC_WAS_DELETED"));
}

// ---- Outcomes other than committed

TEST(Document, AConflictFormsTheBatchAnewFromTheOriginals) {
  DocumentHarness desk = ab();
  desk.edit("alice", 2, 1, "");
  desk.edit("bob", 1, 1, "1 'X'");
  desk.edit("carol", 1, 1, "1 'Y'");
  desk.finish(AppendOutcome::kCommitted);
  (void)desk.announced();
  desk.write_elsewhere(record(2, "far", 1, storage::Edit{[] {
                                ot::OperationBuilder builder;
                                builder.insert("F");
                                return std::move(builder).build();
                              }()}));
  desk.finish(AppendOutcome::kConflict);
  EXPECT_THAT(desk.announced(), IsEmpty());
  desk.read_foreign();
  EXPECT_THAT(desk.announced(), ElementsAre("2 far:1 'F'"));
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_THAT(desk.announced(),
              ElementsAre("3 bob:1 2 'X'", "4 carol:1 2 'Y'", "ack bob:1 at 3 after 1 2",
                          "ack carol:1 at 4 after 1 2 3"));
  EXPECT_EQ(desk.text(), "FaYXb");
}

TEST(Document, AConflictWithOnesOwnRecordEndsInItsAck) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  ot::OperationBuilder builder;
  builder.retain(1).insert("X");
  desk.write_elsewhere(record(1, "bob", 1, storage::Edit{std::move(builder).build()}));
  desk.finish(AppendOutcome::kConflict);
  desk.read_foreign();
  EXPECT_THAT(desk.announced(), ElementsAre("1 bob:1 1 'X'", "ack bob:1 at 1"));
  EXPECT_EQ(desk.text(), "aXb");
}

TEST(Document, AnAuthorSeesWhatItMissedAlsoWhenAConflictFillsTheMemoryForRecords) {
  DocumentHarness desk = ab();
  desk.edit("carol", 1, 1, "'c'");
  desk.settle();
  (void)desk.announced();
  desk.edit("bob", 1, 1, "2 'X'");
  const std::string pasted(kRecentBytesMax / 4, 'p');
  for (std::uint64_t v = 2; v < 8; ++v) {
    ot::OperationBuilder builder;
    builder.insert(pasted);
    desk.write_elsewhere(record(v, "far", v, storage::Edit{std::move(builder).build()}));
  }
  desk.finish(AppendOutcome::kConflict);
  desk.read_foreign();
  desk.read_history();  // Whether bob has sent something before.
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(desk.announced().back(), "ack bob:1 at 8 after 1 2 3 4 5 6 7");
}

TEST(Document, ARefusedAppendIsHeldAndOfferedAgain) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.finish(AppendOutcome::kRefused);
  EXPECT_TRUE(desk.wants_retry());
  desk.edit("carol", 1, 1, "1 'Y'");
  EXPECT_FALSE(desk.appending());
  EXPECT_THAT(desk.announced(), IsEmpty());
  desk.retry();
  EXPECT_EQ(desk.batch_size(), 2U);
  desk.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(desk.text(), "aYXb");
}

TEST(Document, AnUnknownOutcomeHaltsAndAnswersNobody) {
  DocumentHarness desk = ab();
  desk.edit("bob", 1, 1, "1 'X'");
  desk.finish(AppendOutcome::kUnknown);
  desk.edit("carol", 1, 1, "1 'Y'");
  EXPECT_TRUE(desk.halted());
  EXPECT_FALSE(desk.appending());
  EXPECT_THAT(desk.announced(), IsEmpty());
  EXPECT_EQ(desk.text(), "ab");
}

// ---- Limits

TEST(Document, ADocumentDoesNotGrowBeyondItsLimit) {
  DocumentHarness desk;
  desk.create("alice", 1, std::nullopt, std::string(storage::kDocumentBytesMax - 1, 'a'));
  desk.settle();
  (void)desk.announced();
  desk.edit("bob", 1, 1, "'xx'");
  desk.edit("carol", 1, 1, "'xx' -1");
  desk.edit("dave", 1, 1, "-1");
  desk.read_history();
  desk.settle();
  EXPECT_THAT(desk.announced(), ::testing::UnorderedElementsAre(
                                    "refuse 1 ERR_DOC_TOO_LARGE", "1 carol:1 'xx' -1",
                                    "ack carol:1 at 1", "2 dave:1 ", "ack dave:1 at 2 after 1"));
}

TEST(Document, AsksForACheckpointAfterSoManyRecords) {
  DocumentHarness desk = ab();
  for (std::uint64_t i = 1; i <= 2 * storage::kCheckpointRecords; ++i) {
    desk.edit("bob", i, i, "'x'");
    desk.settle();
  }
  EXPECT_EQ(desk.checkpoints(), 2U);
}

TEST(Document, CountsTheRecordsFromBeforeItWasOpenedTowardsTheCheckpoint) {
  DocumentHarness desk = long_history(storage::kCheckpointRecords);
  desk.edit("old", storage::kCheckpointRecords + 1, storage::kCheckpointRecords + 1, "'x'");
  desk.settle();
  EXPECT_EQ(desk.checkpoints(), 1U);
}

TEST(Document, KeepsABoundedTail) {
  DocumentHarness desk = ab();
  for (std::uint64_t i = 1; i <= kRecentRecordsMax + 10; ++i) {
    desk.edit("bob", i, i, "");
    desk.settle();
  }
  EXPECT_EQ(desk.document().tail().end() - desk.document().tail().begin(), kRecentRecordsMax);
}

}  // namespace
}  // namespace cowrite::document
