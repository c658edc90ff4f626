// When packing and checkpoints are due, and how much is written altogether.
#include "storage/archive_schedule.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

using Due = ArchiveSchedule::Due;

Record letter(std::uint64_t version) { return {version, "ann", version, "", 1, Edit{}}; }

TEST(ArchiveSchedule, PackingIsDueAfterSoManyRecords) {
  ArchiveSchedule schedule(10, 0);
  std::size_t packings = 0;
  constexpr std::size_t kText = 1'000'000'000;
  for (std::uint64_t version = 10; version < 10 * kPackRecords; ++version) {
    schedule.follow(letter(version));
    const Due due = schedule.take_due(kText);
    EXPECT_NE(due, Due::kCheckpoint);
    packings += due == Due::kPacking ? 1 : 0;
  }
  EXPECT_EQ(packings, 10U);
}

TEST(ArchiveSchedule, ACheckpointIsDueAfterAsManyBytesAsTheTextHasAndSomeMore) {
  constexpr std::size_t kText = 100'000;
  ArchiveSchedule schedule(1, 1);
  std::size_t bytes = 0;
  std::uint64_t version = 1;
  while (true) {
    Record record = letter(version++);
    record.source = std::string(10'000, 's');
    bytes += record_bytes(record);
    schedule.follow(record);
    if (schedule.take_due(kText) == Due::kCheckpoint) break;
    ASSERT_LT(bytes, kText + kCheckpointBytes);
  }
  EXPECT_GE(bytes, kText + kCheckpointBytes);
  EXPECT_EQ(schedule.take_due(kText), Due::kNothing);
}

TEST(ArchiveSchedule, ACheckpointIsDueAfterSoManyRecordsHoweverSmall) {
  ArchiveSchedule schedule(0, 0);
  std::uint64_t version = 0;
  Due due = Due::kNothing;
  while (due != Due::kCheckpoint) {
    schedule.follow(letter(version++));
    due = schedule.take_due(1'000'000'000);
  }
  EXPECT_EQ(version, kCheckpointRecords);
}

TEST(ArchiveSchedule, AfterARestartWithManyRecordsACheckpointIsDueWithTheNextOne) {
  ArchiveSchedule schedule(kPackRecords, 0);
  schedule.follow(letter(kPackRecords));
  EXPECT_EQ(schedule.take_due(1'000'000'000), Due::kCheckpoint);
}

// One letter at a time into a large text.
TEST(ArchiveSchedule, WhatIsWrittenIsASmallMultipleOfWhatIsAppended) {
  constexpr std::size_t kText = std::size_t{15} << 20;
  constexpr std::uint64_t kLetters = 2 * kCheckpointRecords;
  const auto log = open_in_memory();
  const DocumentKey key{"docs", "large"};
  Snapshot newest;
  ArchiveSchedule schedule(0, 0);
  std::uint64_t appended = 0;
  std::size_t checkpoints = 0;
  const auto write = [&](Change change) {
    const Record record{newest.version, "ann", newest.version, "", 1, std::move(change)};
    ASSERT_TRUE(apply(newest, record));
    schedule.follow(record);
    appended += record_bytes(record);
    Append append{key, record.version, std::make_shared<const std::vector<Record>>(1, record), true,
                  newest.text.bytes()};
    ASSERT_EQ(storage::append(*log, std::move(append)), AppendOutcome::kCommitted);
    const Due due = schedule.take_due(newest.text.bytes());
    if (due == Due::kPacking) log->pack(key, newest.version);
    if (due == Due::kCheckpoint) log->save_checkpoint(key, newest);
    checkpoints += due == Due::kCheckpoint ? 1 : 0;
  };
  write(Create{std::string(kText, 'x')});
  appended = 0;
  const auto written = [&log] {
    const StoreStatistics counted = log->store().statistics();
    return counted.log_bytes_written + counted.other_bytes_written;
  };
  const std::uint64_t before = written();
  for (std::uint64_t i = 0; i < kLetters; ++i) {
    ot::OperationBuilder builder;
    builder.retain(i).insert("y");
    write(Edit{std::move(builder).build()});
  }
  EXPECT_EQ(checkpoints, 2U);
  EXPECT_LE(written() - before, 4 * appended);
}

}  // namespace
}  // namespace cowrite::storage
