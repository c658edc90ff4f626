// The operator's changes, on a log in memory; where they go is a sink that remembers them.
#include "server/history/changes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/history/errors.h"
#include "server/history/record_writer.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/document_writer.h"

namespace cowrite::history {
namespace {

const storage::DocumentKey kNotes{"docs", "notes"};

// Hands on to the log, and remembers what passed.
class RecordingSink final : public ChangeSink {
 public:
  explicit RecordingSink(storage::Log& log) : log_(log, 1'000, [] { return true; }) {}

  Result<std::uint64_t> submit(DocumentChange change) override {
    passed_.push_back("submit " + change.key.id() + " by " + change.author + " at " +
                      std::to_string(change.base));
    return log_.submit(std::move(change));
  }
  void reload(const storage::DocumentKey& key) override { passed_.push_back("reload " + key.id()); }

  std::vector<std::string> take() { return std::exchange(passed_, {}); }

 private:
  LogSink log_;
  std::vector<std::string> passed_;
};

using Passed = std::vector<std::string>;

class ChangesTest : public testing::Test {
 protected:
  ChangesTest() {
    storage::DocumentWriter(*log_, kNotes).by("Ann").at_ms(5'000).create("one").insert(3, " two");
  }

  static std::unique_ptr<storage::RocksDbLog> open(std::atomic<std::uint64_t>& free_bytes) {
    storage::LogOptions options;
    options.disk_reserve_bytes = 1'000;
    options.free_bytes = [&free_bytes] { return free_bytes.load(); };
    return *storage::RocksDbLog::open("", storage::OpenMode::kInMemory, options);
  }

  std::string text(const storage::DocumentKey& key) {
    return log_->history().snapshot(key, std::nullopt)->text.to_string();
  }

  std::atomic<std::uint64_t> free_bytes_ = 1'000;
  std::unique_ptr<storage::RocksDbLog> log_ = open(free_bytes_);
  RecordingSink sink_{*log_};
  Room room_;
  Changes changes_{*log_, sink_, room_, [] { return true; }};
};

TEST_F(ChangesTest, ARestoredTextIsAChangeOfTheNewestVersion) {
  EXPECT_EQ(changes_.restore(kNotes, storage::AtVersion{1}, "Bob")->version, 3U);
  EXPECT_EQ(text(kNotes), "one");
  EXPECT_EQ(sink_.take(), Passed{"submit notes by Bob at 2"});
  const Result<ChangeDone> again = changes_.restore(kNotes, storage::AtVersion{1}, "Bob");
  EXPECT_EQ(again->version, 3U);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(sink_.take(), Passed{});
}

TEST_F(ChangesTest, ATextIsRestoredAsAnotherDocumentOnlyWhereThereIsNone) {
  const storage::DocumentKey copy{"docs", "copy"};
  EXPECT_EQ(changes_.restore_as(kNotes, storage::AtVersion{1}, copy, "Bob")->version, 1U);
  EXPECT_EQ(text(copy), "one");
  EXPECT_EQ(changes_.restore_as(kNotes, storage::AtVersion{1}, copy, "Bob").error().code,
            storage::kErrConflict);
  ASSERT_TRUE(changes_.remove(copy, "Bob"));
  EXPECT_EQ(changes_.restore_as(kNotes, storage::AtVersion{2}, copy, "Bob")->version, 3U);
  EXPECT_EQ(text(copy), "one two");
}

TEST_F(ChangesTest, ADocumentIsRemovedOnce) {
  EXPECT_TRUE(changes_.remove(kNotes, "Bob")->changed);
  EXPECT_EQ(sink_.take(), Passed{"submit notes by Bob at 2"});
  EXPECT_FALSE(changes_.remove(kNotes, "Bob")->changed);
  EXPECT_EQ(sink_.take(), Passed{});
  EXPECT_EQ(changes_.remove({"docs", "none"}, "Bob").error().code, kErrDocumentUnknown);
}

TEST_F(ChangesTest, WhatIsPurgedIsLoadedAnew) {
  EXPECT_EQ(changes_.purge(kNotes).error().code, storage::kErrConflict) << "it still exists";
  EXPECT_EQ(sink_.take(), Passed{}) << "nobody is disturbed";
  ASSERT_TRUE(changes_.remove(kNotes, "Bob"));
  sink_.take();
  EXPECT_EQ(changes_.purge(kNotes)->version, 3U);
  EXPECT_EQ(sink_.take(), Passed{"reload notes"});
  EXPECT_EQ(changes_.restore(kNotes, storage::AtVersion{1}, "Bob").error().code,
            storage::kErrErased);
}

TEST_F(ChangesTest, NothingIsPurgedNorAppendedWhileTheDiskIsLow) {
  ASSERT_TRUE(changes_.remove(kNotes, "Bob"));
  sink_.take();
  free_bytes_ = 999;
  EXPECT_EQ(changes_.purge(kNotes).error().code, storage::kErrDiskFull);
  EXPECT_EQ(changes_.append(kNotes, {{.version = 3}}).error().code, storage::kErrDiskFull);
  EXPECT_EQ(sink_.take(), Passed{});
  free_bytes_ = 1'000;
  EXPECT_TRUE(changes_.purge(kNotes));
}

TEST_F(ChangesTest, NothingThatWouldWaitForTheDiskIsBegunWhileItIsLow) {
  free_bytes_ = 999;
  EXPECT_EQ(changes_.remove(kNotes, "Bob").error().code, storage::kErrDiskFull);
  EXPECT_EQ(changes_.restore(kNotes, storage::AtVersion{1}, "Bob").error().code,
            storage::kErrDiskFull);
  EXPECT_EQ(
      changes_.restore_as(kNotes, storage::AtVersion{1}, {"docs", "copy"}, "Bob").error().code,
      storage::kErrDiskFull);
  EXPECT_FALSE(changes_.restore(kNotes, storage::AtVersion{2}, "Bob")->changed);
  EXPECT_EQ(sink_.take(), Passed{});
  free_bytes_ = 1'000;
  EXPECT_TRUE(changes_.remove(kNotes, "Bob"));
}

TEST_F(ChangesTest, AppendedRecordsAreLoadedAnewAndRefusedOnesAreNot) {
  const auto record = [](std::uint64_t version) {
    return storage::Record{.version = version,
                           .source = "file",
                           .sequence = version,
                           .author = "Eve",
                           .time_ms = 6'000,
                           .change = storage::Delete{}};
  };
  EXPECT_EQ(changes_.append(kNotes, {record(1)}).error().code, storage::kErrConflict);
  EXPECT_EQ(changes_.append(kNotes, {record(2), record(4)}).error().code, kErrRecordInvalid);
  EXPECT_EQ(sink_.take(), Passed{});
  EXPECT_EQ(changes_.append(kNotes, {record(2)})->version, 3U);
  EXPECT_EQ(sink_.take(), Passed{"reload notes"});
}

TEST_F(ChangesTest, NothingGetsANameThatNoDocumentMayHaveAndWhatHasItCanBeRemoved) {
  const storage::DocumentKey old{"docs", "constructor"};
  EXPECT_EQ(changes_.restore_as(kNotes, storage::AtVersion{1}, old, "Bob").error().code,
            kErrNameInvalid);
  EXPECT_EQ(changes_.append(old, {{.version = 0}}).error().code, kErrNameInvalid);
  ASSERT_TRUE(sink_.submit({old, "Bob", 0, storage::Create{"text"}}));
  EXPECT_TRUE(changes_.remove(old, "Bob")->changed);
  EXPECT_TRUE(changes_.purge(old)->changed);
}

TEST_F(ChangesTest, NoRecordsChangeNothingAndNobodyIsDisturbed) {
  const Result<ChangeDone> done = changes_.append(kNotes, {});
  EXPECT_EQ(done->version, 2U);
  EXPECT_FALSE(done->changed);
  EXPECT_FALSE(changes_.append({"docs", "none"}, {})->changed);
  EXPECT_EQ(sink_.take(), Passed{});
}

TEST_F(ChangesTest, ADocumentThatThePageCannotServeIsNotMade) {
  const storage::Record first = {.source = "file", .sequence = 1, .change = storage::Create{"x"}};
  for (const char* name : {"a/b", ".", "..", "line\nbreak", "", "\xff"}) {
    const storage::DocumentKey key{"docs", name};
    EXPECT_EQ(changes_.append(key, {first}).error().code, kErrNameInvalid) << name;
    EXPECT_EQ(changes_.restore_as(kNotes, storage::AtVersion{1}, key, "Bob").error().code,
              kErrNameInvalid)
        << name;
  }
  EXPECT_EQ(sink_.take(), Passed{});
  EXPECT_TRUE(changes_.append({"drafts", "a/b"}, {first})) << "the page does not serve drafts";
}

TEST_F(ChangesTest, ADocumentThatExistsKeepsItsName) {
  const storage::DocumentKey key{"docs", "a/b"};
  storage::DocumentWriter(*log_, key).create("one").insert(3, " two");
  EXPECT_TRUE(changes_.restore(key, storage::AtVersion{1}, "Bob"));
  EXPECT_TRUE(changes_.remove(key, "Bob"));
  EXPECT_EQ(changes_.restore_as(kNotes, storage::AtVersion{1}, key, "Bob")->version, 5U);
}

TEST_F(ChangesTest, AChangeIsNoOlderThanTheRecordBeforeIt) {
  ASSERT_TRUE(changes_.remove(kNotes, "Bob"));
  EXPECT_EQ(log_->history().records(kNotes, 2, 3, 1'000)->front().time_ms, 5'000);
}

}  // namespace
}  // namespace cowrite::history
