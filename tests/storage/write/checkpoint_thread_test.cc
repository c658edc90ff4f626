// Which checkpoints are kept. They are seen through the store itself: readers cannot tell.
#include "storage/write/checkpoint_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "storage/format/keys.h"
#include "storage/read/stored_history.h"
#include "storage/write/commit_thread.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

// A store in memory with one document of so many empty edits.
class LongDocument {
 public:
  explicit LongDocument(std::size_t versions)
      : store_(*KeyValueStore::open("", OpenMode::kInMemory)) {
    std::vector<Record> records(versions);
    for (std::size_t i = 0; i < versions; ++i) {
      records[i] = {i, "ann", i, "", 1, i == 0 ? Change(Create{}) : Change(Edit{})};
    }
    Append append;
    append.key = key();
    append.records = std::make_shared<const std::vector<Record>>(std::move(records));
    append.exists_after = true;
    (*CommitThread::start(*store_, ample_disk()))
        ->append(std::move(append),
                 [](AppendOutcome outcome) { EXPECT_EQ(outcome, AppendOutcome::kCommitted); });
  }

  static DocumentKey key() { return {"docs", "long"}; }
  [[nodiscard]] KeyValueStore& store() { return *store_; }

  // Each is stored before the next is queued.
  void save(const std::vector<std::uint64_t>& versions) {
    for (const std::uint64_t version : versions) {
      CheckpointThread(*store_, ample_disk()).save(key(), {version, true, {}, 1});
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> checkpoints() const {
    std::vector<std::uint64_t> found;
    EXPECT_TRUE(store_->scan(Table::kCheckpoints, versions(1, 0, ~std::uint64_t{0}),
                             Order::kForward, [&found](std::string_view key, std::string_view) {
                               found.push_back(decode_version_key(key)->version);
                               return Visit::kContinue;
                             }));
    return found;
  }

 private:
  std::unique_ptr<KeyValueStore> store_;
};

using Versions = std::vector<std::uint64_t>;

TEST(CheckpointThread, TheNewestTwoAreKept) {
  LongDocument document(1'000);
  document.save({100});
  EXPECT_EQ(document.checkpoints(), (Versions{100}));
  document.save({200});
  EXPECT_EQ(document.checkpoints(), (Versions{100, 200}));
  document.save({300, 400, 500});
  EXPECT_EQ(document.checkpoints(), (Versions{400, 500}));
}

TEST(CheckpointThread, TheFirstAtOrPastEachMultipleIsKeptForGood) {
  LongDocument document(50'001);
  Versions every;
  for (std::uint64_t version = 3'000; version <= 48'000; version += 3'000) {
    every.push_back(version);
  }
  document.save(every);
  EXPECT_EQ(document.checkpoints(), (Versions{12'000, 21'000, 30'000, 42'000, 45'000, 48'000}));
  document.save({50'000, 50'001});
  EXPECT_EQ(document.checkpoints(), (Versions{12'000, 21'000, 30'000, 42'000, 50'000, 50'001}));
}

TEST(CheckpointThread, AnOlderOneThanTheNewestIsNotStored) {
  LongDocument document(1'000);
  document.save({500, 400, 500});
  EXPECT_EQ(document.checkpoints(), (Versions{500}));
}

TEST(CheckpointThread, WhatIsQueuedIsStoredBeforeTheEndAndTheNewestOfADocumentReplacesOthers) {
  LongDocument document(1'000);
  {
    CheckpointThread thread(document.store(), ample_disk());
    for (std::uint64_t version = 1; version <= 1'000; ++version) {
      thread.save(LongDocument::key(), {version, true, {}, 1});
    }
  }
  EXPECT_EQ(document.checkpoints().back(), 1'000U);
  EXPECT_LE(document.checkpoints().size(), 2U);
}

TEST(CheckpointThread, ManyVersionsAreReadAcrossMilestones) {
  LongDocument document(50'000);
  document.save({9'999, 10'000, 25'000, 30'001, 40'000, 49'000});
  const StoredHistory history(document.store());
  for (const std::uint64_t version : {0U, 1U, 9'998U, 9'999U, 10'000U, 39'999U, 40'000U, 50'000U}) {
    const Result<Snapshot> snapshot = history.snapshot(LongDocument::key(), version);
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    EXPECT_EQ(snapshot->version, version);
  }
}

}  // namespace
}  // namespace cowrite::storage
