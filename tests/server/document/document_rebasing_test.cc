// Submissions that are made at old versions, and those that came before: what is rebased over what
// is in memory, over shapes, and over the log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/document/document.h"
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

// ---- From far behind

TEST(Document, ASubmissionFromBeforeTheTailIsRebasedOverTheLog) {
  DocumentHarness harness = long_history(10);
  harness.edit("bob", 1, 1, "'Y'");
  EXPECT_EQ(harness.reads(), 1U);
  harness.read_history();
  harness.settle();
  EXPECT_THAT(harness.announced(), ElementsAre("11 bob:1 'Y'", "ack bob:1 at 11"));
  EXPECT_EQ(harness.text(), "Yxxxxxxxxxx");
}

TEST(Document, OthersGoOnWhileTheLogIsReadForOne) {
  DocumentHarness harness = long_history(10);
  harness.edit("bob", 1, 1, "'Y'");
  harness.edit("old", 11, 11, "'Z'");
  harness.settle();
  EXPECT_EQ(harness.text(), "Zxxxxxxxxxx");
  harness.read_history();
  harness.settle();
  EXPECT_EQ(harness.text(), "YZxxxxxxxxxx");
}

TEST(Document, ManyFromOneOldVersionGoOverTheLogTogether) {
  constexpr std::size_t kAuthors = 1 + 2 * kRebasesAtOnceMax;
  DocumentHarness harness = long_history(10);
  for (std::size_t i = 0; i < kAuthors; ++i) harness.edit("a" + std::to_string(i), 1, 1, "'Y'");
  std::size_t readings = 0;
  for (; harness.reads() > 0; ++readings) {
    EXPECT_EQ(harness.reads(), 1U) << "one at a time";
    harness.read_history_once();
    harness.settle();
  }
  EXPECT_EQ(readings, 3U) << "the first alone, since it did not wait for others";
  EXPECT_EQ(harness.text(), std::string(kAuthors, 'Y') + std::string(10, 'x'));
}

TEST(Document, WhatASourceSendsLaterDoesNotOvertakeWhatWaitsForTheLog) {
  DocumentHarness harness = long_history(10);
  harness.edit("bob", 1, 1, "'Y'");
  harness.edit("bob", 2, 11, "10 'Z'");
  harness.settle();
  EXPECT_THAT(harness.announced(), IsEmpty());
  harness.read_history();
  harness.settle();
  EXPECT_THAT(harness.announced(), ElementsAre("11 bob:1 'Y'", "12 bob:2 11 'Z'", "ack bob:1 at 11",
                                               "ack bob:2 at 12 after 11"));
}

TEST(Document, WhoComesBackFromTheLogGoesAgainWhereTheMemoryHasMovedOn) {
  DocumentHarness harness = long_history(10);
  harness.edit("bob", 1, 1, "'Y' 'Z'");
  for (std::uint64_t v = 11; v <= kRecentRecordsMax + 20; ++v) {
    harness.edit("old", v, v, "");
    harness.settle();
  }
  harness.remove("old", harness.version(), harness.version());  // The shapes go with it.
  harness.settle();
  EXPECT_GT(harness.document().recent().begin(), 11U) << "nobody holds the records";
  (void)harness.announced();
  std::size_t readings = 0;
  for (; harness.reads() > 0; ++readings) harness.read_history_once();
  EXPECT_EQ(readings, 2U);
  EXPECT_THAT(harness.announced(), ElementsAre("refuse 1 ERR_DOC_WAS_DELETED"));
}

TEST(Document, ARepeatFromBeforeTheTailIsRecognised) {
  DocumentHarness harness = long_history(10);
  harness.edit("old", 3, 3, "2 'x'");
  harness.read_history();
  EXPECT_THAT(harness.announced(), ElementsAre("ack old:3 at 3"));
  harness.create("alice", 1, std::nullopt, "");
  harness.read_history();
  EXPECT_THAT(harness.announced(), ElementsAre("ack alice:1 at 0"));
}

// ---- Who has sent what: of the newest records the memory knows, of those before the log

// Source "s" and a number each put an "x" in front of "ab": number v in record v.
void write_as_many(DocumentHarness& harness, std::uint64_t sources) {
  for (std::uint64_t v = 1; v <= sources; ++v) {
    harness.edit("s" + std::to_string(v), 1, v, "'x'");
    harness.read_history();
    harness.settle();
  }
  (void)harness.announced();
}

void expect_repeat_is_recognised(DocumentHarness& harness, std::uint64_t v) {
  const std::uint64_t version = harness.version();
  harness.edit("s" + std::to_string(v), 1, v, "'x'");
  harness.read_history();
  EXPECT_THAT(harness.announced(),
              ElementsAre(StartsWith("ack s" + std::to_string(v) + ":1 at " + std::to_string(v))));
  EXPECT_EQ(harness.version(), version);
}

TEST(Document, RepeatsAreRecognisedWhenMoreSourcesWroteThanAreRemembered) {
  DocumentHarness harness = ab();
  write_as_many(harness, kKnownSourcesMax + 10);
  ASSERT_GT(harness.document().recent().begin(), 100U);
  for (const std::uint64_t v :
       {5UL, kKnownSourcesMax / 2, kKnownSourcesMax, kKnownSourcesMax + 9}) {
    expect_repeat_is_recognised(harness, v);
  }
  harness.edit("new", 1, harness.version(), "'x'");
  EXPECT_EQ(harness.reads(), 1U) << "whoever is not known may be one of those forgotten";
  harness.read_history();
  harness.settle();
  EXPECT_EQ(harness.version(), kKnownSourcesMax + 12);
}

TEST(Document, WhoWroteWhatIsKnownWhereTheRecordsWereDropped) {
  DocumentHarness harness = ab();
  write_as_many(harness, 2'000);
  ASSERT_TRUE(harness.shed());
  ASSERT_GT(harness.document().recent().begin(), 1'000U);
  harness.edit("new", 1, harness.version(), "'x'");
  EXPECT_EQ(harness.reads(), 0U);
  harness.settle();
  (void)harness.announced();
  for (const std::uint64_t v : {5U, 1'000U, 1'999U}) expect_repeat_is_recognised(harness, v);
}

TEST(Document, RepeatsAreRecognisedAfterTheDocumentWasOpenedAnew) {
  DocumentHarness before = ab();
  write_as_many(before, 700);
  for (const std::size_t recent : {0U, 1U, 256U, 700U, 701U}) {
    DocumentHarness harness(before.log(), recent);
    for (const std::uint64_t v : {1U, 300U, 444U, 445U, 446U, 699U, 700U}) {
      expect_repeat_is_recognised(harness, v);
    }
    harness.edit("new", 1, harness.version(), "'x'");
    harness.read_history();
    harness.settle();
    EXPECT_EQ(harness.version(), 702U);
  }
}

TEST(Document, AForgeryFromBeforeTheTailIsRefused) {
  DocumentHarness harness = long_history(10);
  harness.edit("old", 3, 2, "'forged'");
  harness.read_history();
  EXPECT_THAT(harness.announced(), ElementsAre("refuse 3 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, WhatMayBeInALogThatCannotBeReadNowIsNotRefused) {
  DocumentHarness harness = long_history(10);
  harness.edit("old", 3, 3, "2 'x'");  // It is there, at version 3.
  harness.fail_history({storage::kErrIo, "the disk did not answer"});
  EXPECT_THAT(harness.announced(), ElementsAre("unsettled"));
  harness.edit("old", 11, 11, "'Z'");
  harness.settle();
  EXPECT_EQ(harness.version(), 12U);
  (void)harness.announced();
  harness.edit("old", 3, 3, "2 'x'");
  harness.read_history();
  EXPECT_THAT(harness.announced(), ElementsAre("ack old:3 at 3"));
}

TEST(Document, WhatNeedsDamagedRecordsIsRefused) {
  DocumentHarness harness = long_history(10);
  harness.edit("bob", 1, 1, "'Y'");
  harness.fail_history({storage::kErrDamaged, "record 3 is damaged"});
  EXPECT_THAT(harness.announced(), ElementsAre("refuse 1 ERR_STORAGE_DAMAGED"));
}

// ---- What rebasing costs

constexpr std::uint64_t kLetters = 60'000;

// A record of very many components: a letter after each of "xxx...".
storage::Record scattered(std::uint64_t version) {
  ot::OperationBuilder builder;
  for (std::uint64_t i = 0; i < kLetters / 2; ++i) builder.retain(1).insert("y");
  return record(version, "old", version, storage::Edit{std::move(builder).build()});
}

TEST(Document, ABatchPassesABoundedNumberOfComponents) {
  DocumentHarness harness(
      {record(0, "alice", 1, storage::Create{std::string(kLetters / 2, 'x')}), scattered(1)}, 2);
  harness.edit("old", 2, 2, "");
  for (std::uint64_t i = 0; i < 100; ++i) harness.edit("a" + std::to_string(i), 1, 1, "'Y'");
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.batch_size(), kBatchWorkMax / kLetters + 1);
  harness.settle();
  EXPECT_EQ(harness.version(), 103U);
}

TEST(Document, ABatchThatOnlyRefusesGoesOnInAnotherTurn) {
  DocumentHarness harness(
      {record(0, "alice", 1, storage::Create{std::string(kLetters / 2, 'x')}), scattered(1)}, 2);
  harness.edit("old", 2, 2, "");
  for (std::uint64_t i = 0; i < 100; ++i) {
    harness.edit("a" + std::to_string(i), 1, 1, "99999 'Y'");  // Beyond the end of the text.
  }
  (void)harness.announced();
  harness.finish(AppendOutcome::kCommitted);
  EXPECT_EQ(harness.announced().size(), 102U);
  EXPECT_EQ(harness.turns(), 100 / (kBatchWorkMax / kLetters + 1));
}

TEST(Document, AReadingPassesABoundedNumberOfComponentsAndThenGivesWay) {
  constexpr std::uint64_t kRecords = 60;
  std::vector<storage::Record> history{
      record(0, "alice", 1, storage::Create{std::string(kLetters / 2, 'x')})};
  for (std::uint64_t i = 1; i <= kRecords; ++i) history.push_back(scattered(i));
  DocumentHarness harness(std::move(history), 0);
  harness.edit("bob", 1, 1, "'Y'");
  std::size_t readings = 0;
  for (; harness.reads() > 0; ++readings) harness.read_history_once();
  harness.settle();
  EXPECT_GE(readings, kRecords * kLetters / kCatchUpWork);
  EXPECT_EQ(harness.announced().back(), "ack bob:1 at " + std::to_string(kRecords + 1));
}

// ---- From behind the records in memory, over the shapes of edits

// Puts an "x" in front of "ab" more often than there are records in memory: bob's sequence v makes
// version v + 1.
void type_long(DocumentHarness& harness) {
  for (std::uint64_t v = 1; v <= kRecentRecordsMax + 200; ++v) {
    harness.edit("bob", v, v, "'x'");
    harness.settle();
  }
  (void)harness.announced();
}

TEST(Document, ASubmissionFromBehindTheRecordsIsRebasedWithoutThem) {
  DocumentHarness harness = ab();
  type_long(harness);
  const std::uint64_t version = harness.version();
  const std::string at = std::to_string(version);
  ASSERT_GT(harness.document().recent().begin(), 100U);
  harness.edit("carol", 1, 2, "2 'Y'");  // At version 2 the text is "xab".
  EXPECT_EQ(harness.records_wanted(), 0U);
  harness.read_history();  // Nothing but carol's last sequence.
  harness.settle();
  // Those that she missed are not in memory.
  EXPECT_THAT(harness.announced(), ElementsAre(at + " carol:1 " + std::to_string(version) + " 'Y'",
                                               "ack carol:1 at " + at));
  harness.edit("carol", 2, 100, "100 'Z'");
  EXPECT_EQ(harness.reads(), 0U);
  harness.settle();
  EXPECT_EQ(harness.text().substr(version - 2),
            "xaZYb");  // Both stand behind a; the later one left.
}

TEST(Document, AnAuthorWhoMissedMoreThanIsInMemoryGetsTheAckAlone) {
  DocumentHarness harness = ab();
  type_long(harness);
  const std::uint64_t first = harness.document().recent().begin();
  harness.edit("carol", 1, first, "'Y'");
  harness.read_history();
  harness.settle();
  EXPECT_THAT(harness.announced().back(),
              StartsWith("ack carol:1 at " + std::to_string(harness.version() - 1) + " after " +
                         std::to_string(first) + " " + std::to_string(first + 1) + " "));
  harness.edit("carol", 2, first - 1, "'Y'");
  harness.settle();
  EXPECT_EQ(harness.announced().back(), "ack carol:2 at " + std::to_string(harness.version() - 1));
}

TEST(Document, AnAuthorWhoMissedTooManyComponentsGetsTheAckAlone) {
  DocumentHarness harness({record(0, "alice", 1, storage::Create{"ab"})}, 1);
  std::string many;  // As many components as may be missed.
  for (std::size_t i = 0; i < kMissedComponentsMax / 2; ++i) many += " 1 'x'";
  harness.edit("bob", 1, 1, "'" + std::string(kMissedComponentsMax / 2, 'a') + "'");
  harness.settle();
  harness.edit("bob", 2, 2, many);
  harness.settle();
  harness.edit("carol", 1, 2, "'Y'");
  harness.settle();
  EXPECT_EQ(harness.announced().back(), "ack carol:1 at 3 after 2");
  harness.edit("dave", 1, 1, "'Y'");
  harness.settle();
  EXPECT_EQ(harness.announced().back(), "ack dave:1 at 4");
}

TEST(Document, ARepeatFromBehindTheRecordsIsRecognisedWithoutThem) {
  DocumentHarness harness = ab();
  type_long(harness);
  harness.edit("bob", 50'000, harness.version(), "'y'");
  harness.edit("dave", 1, harness.version(), "'D'");
  harness.settle();
  harness.edit("erin", 1, 1, "1 'E'");
  harness.read_history();
  harness.settle();
  const std::uint64_t erins = harness.version() - 1;
  for (std::uint64_t v = harness.version(); harness.document().recent().begin() <= erins; ++v) {
    harness.edit("bob", v + 50'000, v, "'x'");
    harness.settle();
  }
  (void)harness.announced();
  harness.edit("erin", 1, 1, "1 'E'");
  EXPECT_EQ(harness.records_wanted(), 0U);
  harness.read_history();  // Her record, to compare.
  harness.edit("erin", 1, 1, "1 'F'");
  harness.read_history();
  EXPECT_THAT(harness.announced(), ElementsAre("ack erin:1 at " + std::to_string(erins),
                                               "refuse 1 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, AnOldRepeatFromBehindTheRecordsIsRecognisedByReadingThem) {
  DocumentHarness harness = ab();
  type_long(harness);
  harness.edit("bob", 7, 7, "'x'");
  EXPECT_GT(harness.records_wanted(), 0U);
  harness.read_history();
  harness.edit("bob", 7, 7, "'z'");
  harness.read_history();
  EXPECT_THAT(harness.announced(),
              ElementsAre("ack bob:7 at 7", "refuse 7 ERR_OP_SEQUENCE_REUSED"));
}

TEST(Document, AnOperationThatIsNotInNormalFormPassesItsFirstRecordAsItCame) {
  DocumentHarness harness = ab();
  type_long(harness);
  const std::uint64_t version = harness.version();
  harness.edit("carol", 1, 2, "'A' 'B'");
  EXPECT_GT(harness.records_wanted(), 0U);
  harness.read_history();
  harness.settle();
  // Record 2 put an x in front: A stands left of it, B right.
  EXPECT_EQ(harness.text(), "A" + std::string(version - 2, 'x') + "Bxab");
}

TEST(Document, WhatWasMadeBeforeADeletionFarBackIsRefusedAsEver) {
  DocumentHarness harness = ab();
  type_long(harness);
  harness.remove("alice", 2, harness.version());
  harness.settle();
  harness.create("alice", 3, harness.version(), "new");
  harness.settle();
  (void)harness.announced();
  harness.edit("bob", 60'000, 3, "'x'");
  harness.read_history();
  harness.edit("bob", 60'000, harness.version() - 10, "'x'");
  EXPECT_THAT(harness.announced(),
              ElementsAre("refuse 60000 ERR_DOC_WAS_DELETED", "refuse 60000 ERR_DOC_WAS_DELETED"));
}

}  // namespace
}  // namespace cowrite::document
