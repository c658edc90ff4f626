// Which checkpoints are kept. They are seen through the store itself: readers cannot tell.
#include "storage/write/checkpoint_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "storage/format/keys.h"
#include "storage/read/latest_history.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

// A store in memory with one document of so many empty edits.
class LongDocument {
 public:
  explicit LongDocument(std::size_t versions)
      : store_(*RocksDbStore::open("", OpenMode::kInMemory)) {
    std::vector<Record> records(versions);
    for (std::size_t i = 0; i < versions; ++i) {
      records[i] = {i, "ann", i, "", 1, i == 0 ? Change(Create{}) : Change(Edit{})};
    }
    Append append;
    append.key = key();
    append.records = std::make_shared<const std::vector<Record>>(std::move(records));
    append.exists_after = true;
    EXPECT_EQ(storage::append(*store_, std::move(append)), AppendOutcome::kCommitted);
  }

  static DocumentKey key() { return {"docs", "long"}; }
  [[nodiscard]] Store& store() { return *store_; }

  // Each is stored before the next is queued.
  void save(const std::vector<std::uint64_t>& versions) {
    for (const std::uint64_t version : versions) {
      CheckpointThread(*store_, ample_disk(), kAmpleBytes).save(key(), {version, true, {}, 1});
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> checkpoints() const {
    std::vector<std::uint64_t> found;
    EXPECT_TRUE(store_->view()->scan(
        Table::kCheckpoints, versions(1, 0, ~std::uint64_t{0}), Order::kForward,
        [&found](std::string_view key, std::string_view) -> Result<Visit> {
          found.push_back(decode_version_key(key)->version);
          return Visit::kContinue;
        }));
    return found;
  }

 private:
  std::unique_ptr<RocksDbStore> store_;
};

using Versions = std::vector<std::uint64_t>;

TEST(CheckpointThread, TheNewestIsKept) {
  LongDocument document(1'000);
  document.save({100});
  EXPECT_EQ(document.checkpoints(), (Versions{100}));
  document.save({200, 300});
  EXPECT_EQ(document.checkpoints(), (Versions{300}));
}

TEST(CheckpointThread, TheFirstAtOrPastEachMultipleIsKeptForGood) {
  LongDocument document(200'004);
  Versions every;
  for (std::uint64_t version = 12'000; version <= 192'000; version += 12'000) {
    every.push_back(version);
  }
  document.save(every);
  EXPECT_EQ(document.checkpoints(), (Versions{48'000, 84'000, 120'000, 168'000, 192'000}));
  document.save({200'000, 200'001});
  EXPECT_EQ(document.checkpoints(), (Versions{48'000, 84'000, 120'000, 168'000, 200'000, 200'001}));
}

TEST(CheckpointThread, AnOlderOneThanTheNewestIsNotStored) {
  LongDocument document(1'000);
  document.save({500, 400, 500});
  EXPECT_EQ(document.checkpoints(), (Versions{500}));
}

TEST(CheckpointThread, WhatIsQueuedIsStoredBeforeTheEndAndTheNewestOfADocumentReplacesOthers) {
  LongDocument document(1'000);
  {
    CheckpointThread thread(document.store(), ample_disk(), kAmpleBytes);
    for (std::uint64_t version = 1; version <= 1'000; ++version) {
      thread.save(LongDocument::key(), {version, true, {}, 1});
    }
  }
  EXPECT_EQ(document.checkpoints().back(), 1'000U);
  EXPECT_EQ(document.checkpoints().size(), 1U);
}

TEST(CheckpointThread, ManyVersionsAreReadAcrossMilestones) {
  LongDocument document(90'000);
  document.save({39'999, 40'000, 65'000, 80'001, 85'000});
  const LatestHistory history(document.store());
  for (const std::uint64_t version :
       {0U, 1U, 39'998U, 39'999U, 40'000U, 79'999U, 80'001U, 90'000U}) {
    const Result<Snapshot> snapshot = history.snapshot(LongDocument::key(), version);
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    EXPECT_EQ(snapshot->version, version);
  }
}

}  // namespace
}  // namespace cowrite::storage
