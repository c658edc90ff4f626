// Archiving: every version reads the same before and after, the chain can be followed, and the
// records take less room. What stands in the store is seen through the store itself.
#include "storage/write/archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/format/chain.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/format/segment.h"
#include "storage/read/latest_history.h"
#include "storage/read/salvage.h"
#include "storage/write/commit_thread.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

// Two people type and delete, here and there a large paste.
void write_on(Author& author, std::size_t records, std::uint32_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < records; ++i) {
    write_record(author, random, [&random] {
      return random() % 700 == 0 ? std::string(kLargeRecordBytes + 1, 'p') : std::string("é");
    });
  }
}

class Stored {
 public:
  Stored() : store_(*RocksDbStore::open("", OpenMode::kInMemory)), history_(*store_) {}

  void commit(Author& author) {
    EXPECT_EQ(append(*store_, author.take()), AppendOutcome::kCommitted);
  }
  // Each record as an append of its own.
  void commit_apart(Author& author) {
    const auto commits = *CommitThread::start(*store_, ample_disk(), kAmpleBytes);
    while (author.has_more()) {
      append(*commits, author.take_one(),
             [](AppendOutcome outcome) { EXPECT_EQ(outcome, AppendOutcome::kCommitted); });
    }
  }
  void archive_newest(const Author& author) { archive(author, author.newest().version); }
  void archive(const Author& author, std::uint64_t version) {
    const Result<void> done =
        storage::archive(*store_, author.key(), author.snapshots()[version], segments_);
    EXPECT_TRUE(done) << done.error().message;
  }
  void pack(const Author& author, std::uint64_t version) {
    const Result<void> done = storage::pack(*store_, author.key(), version, segments_);
    EXPECT_TRUE(done) << done.error().message;
  }

  // What the entries of document 1 hold: the first versions, and how many records.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::size_t>> entries() const {
    std::vector<std::pair<std::uint64_t, std::size_t>> found;
    EXPECT_TRUE(
        store_->view()->scan(Table::kRecords, versions(1, 0, ~std::uint64_t{0}), Order::kForward,
                             [&](std::string_view key, std::string_view value) -> Result<Visit> {
                               const Result<std::vector<Record>> records = decode_entry(key, value);
                               EXPECT_TRUE(records);
                               found.emplace_back(records->front().version, records->size());
                               return Visit::kContinue;
                             }));
    return found;
  }

  void forget() { segments_ = {}; }

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] Store& store() { return *store_; }

 private:
  std::unique_ptr<RocksDbStore> store_;
  LatestHistory history_;
  OpenSegments segments_;
};

void expect_all_readable(const History& history, const Author& author) {
  const Result<std::vector<Record>> all =
      history.records(author.key(), 0, author.records().size(), std::size_t{1} << 30);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(*all, author.records());
  for (std::size_t version = 0; version < author.snapshots().size(); version += 97) {
    const Result<Snapshot> snapshot = history.snapshot(author.key(), version);
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    ASSERT_TRUE(same(*snapshot, author.snapshots()[version])) << "version " << version;
  }
  for (std::size_t i = 0; i < author.records().size(); i += 89) {
    const std::int64_t time_ms = author.records()[i].time_ms;
    std::uint64_t expected = i;
    while (expected < author.records().size() && author.records()[expected].time_ms <= time_ms) {
      ++expected;
    }
    ASSERT_EQ(*history.version_at(author.key(), time_ms), expected);
  }
}

TEST(Archive, EveryVersionTimeAndRecordReadsAsBefore) {
  Stored stored;
  Author author({"docs", "a"});
  for (std::uint32_t round = 0; round < 12; ++round) {
    write_on(author, 40 + 130 * round, round);
    stored.commit(author);
    if (round != 5) stored.archive_newest(author);
    expect_all_readable(stored.history(), author);
  }
}

TEST(Archive, SmallSegmentsOfAppendsArePackedIntoLargeOnes) {
  Stored stored;
  Author author({"docs", "a"});
  std::mt19937_64 random(1);
  for (std::size_t round = 0; round < 300; ++round) {
    const auto few = static_cast<std::size_t>(1 + random() % 40);
    write_on(author, few, static_cast<std::uint32_t>(round));
    stored.commit(author);
    if (random() % 20 == 0) stored.pack(author, author.newest().version);
    if (random() % 50 == 0) stored.archive_newest(author);
  }
  stored.archive_newest(author);
  std::uint64_t next = 0;
  for (const auto& [first, count] : stored.entries()) {
    EXPECT_EQ(first, next) << "none is left over of what was packed";
    next = first + count;
  }
  EXPECT_EQ(next, author.records().size());
  const std::size_t large =
      static_cast<std::size_t>(std::ranges::count_if(author.records(), [](const Record& record) {
        return record_bytes(record) > kLargeRecordBytes;
      }));
  EXPECT_LE(stored.entries().size(), 2 * large + author.records().size() / kSegmentRecords + 2);
  expect_all_readable(stored.history(), author);
  EXPECT_TRUE(prove(stored.store(), author.key()));
}

TEST(Archive, PackingGoesBeyondTheNewestCheckpointAndAllIsProven) {
  Stored stored;
  Author author({"docs", "a"});
  for (std::uint32_t round = 0; round < 14; ++round) {
    write_on(author, 100 + 90 * round, round);
    stored.commit(author);
    switch (round % 4) {
      case 0:
        stored.archive_newest(author);
        break;
      case 1:
      case 2:
        stored.pack(author, author.newest().version);
        break;
      default:  // An older checkpoint than what is packed.
        stored.archive(author, author.newest().version - 80);
    }
    expect_all_readable(stored.history(), author);
    const Result<Proof> proof = prove(stored.store(), author.key());
    ASSERT_TRUE(proof) << proof.error().message;
    const std::uint64_t links = author.newest().version / kChainVersions;
    EXPECT_GE(proof->chain_values, links);
    EXPECT_LE(proof->chain_values, links + 1) << "and one for the end of what is packed";
  }
}

TEST(Archive, APackedRecordThatWasChangedIsFoundBeyondTheNewestCheckpoint) {
  Stored stored;
  Author author({"docs", "a"});
  write_on(author, kChainVersions + 600, 1);
  stored.commit(author);
  stored.pack(author, kChainVersions + 600);
  erase(stored.store(), Table::kMeta, chain_key(1, kChainVersions));
  EXPECT_EQ(prove(stored.store(), author.key()).error().code, kErrDamaged);
}

TEST(Archive, WhatIsPackedBeyondTheNewestCheckpointIsSalvagedAndErased) {
  Stored stored;
  Author author({"docs", "a"});
  write_on(author, 300, 1);
  stored.commit(author);
  stored.archive_newest(author);
  write_on(author, 400, 2);
  author.remove();
  stored.commit(author);
  stored.pack(author, author.newest().version);

  const auto target = *RocksDbStore::open("", OpenMode::kInMemory);
  const Result<std::vector<LeftOut>> left_out = salvage(*stored.store().view(), *target);
  ASSERT_TRUE(left_out);
  EXPECT_TRUE(left_out->empty());
  expect_all_readable(LatestHistory(*target), author);
  EXPECT_TRUE(prove(*target, author.key()));

  const auto log = open_in_memory();
  const auto all = std::make_shared<const std::vector<Record>>(author.records());
  ASSERT_EQ(append(*log, {author.key(), 0, all, false, 0}), AppendOutcome::kCommitted);
  ASSERT_TRUE(pack(log->store(), author.key(), author.newest().version));
  ASSERT_TRUE(log->erase(author.key()));
  author.create("again");
  for (int i = 0; i < 300; ++i) author.insert(0, "x");
  const auto more = std::make_shared<const std::vector<Record>>(
      author.records().begin() + static_cast<std::ptrdiff_t>(all->size()), author.records().end());
  ASSERT_EQ(append(*log, {author.key(), all->size(), more, true, author.newest().text.bytes()}),
            AppendOutcome::kCommitted);
  ASSERT_TRUE(pack(log->store(), author.key(), author.newest().version));
  const Result<Proof> proof = prove(log->store(), author.key());
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_GT(proof->chain_values, 0U);
}

TEST(Archive, RecordsArePackedIntoSegmentsThatGrowUntilTheyAreFull) {
  Stored stored;
  Author author({"docs", "a"});
  author.create("");
  for (std::size_t round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < kPackRecords; ++i) author.insert(0, "x");
    stored.commit(author);
    stored.archive_newest(author);
  }
  using Entries = std::vector<std::pair<std::uint64_t, std::size_t>>;
  EXPECT_EQ(stored.entries(), (Entries{{0, 4'096}, {4'096, 4'096}, {8'192, 2'049}}));
  author.insert(0, "y");
  stored.commit(author);
  EXPECT_EQ(stored.entries().back(), (std::pair<std::uint64_t, std::size_t>(10'241, 1)));
}

TEST(Archive, WhoRemembersWhereSegmentsBeginPacksTheSame) {
  Stored remembering;
  Stored forgetful;
  Author author({"docs", "a"});
  author.create("");
  std::mt19937_64 random(1);
  for (std::size_t round = 0; round < 60; ++round) {
    for (std::uint64_t i = random() % 700; i > 0; --i) author.insert(0, "x");
    const Append append = author.take();
    for (Stored* const stored : {&remembering, &forgetful}) {
      ASSERT_EQ(storage::append(stored->store(), append), AppendOutcome::kCommitted);
    }
    const std::uint64_t version = author.newest().version - random() % 300 * (random() % 2);
    forgetful.forget();
    for (Stored* const stored : {&remembering, &forgetful}) {
      round % 7 == 0 ? stored->archive(author, version) : stored->pack(author, version);
    }
    ASSERT_EQ(remembering.entries(), forgetful.entries()) << "round " << round;
  }
  expect_all_readable(remembering.history(), author);
  EXPECT_TRUE(prove(remembering.store(), author.key()));
}

TEST(Archive, ALargeRecordStandsAlone) {
  Stored stored;
  Author author({"docs", "a"});
  author.create("").insert(0, "x").insert(0, std::string(kLargeRecordBytes, 'p')).insert(0, "y");
  stored.commit(author);
  stored.archive_newest(author);
  using Entries = std::vector<std::pair<std::uint64_t, std::size_t>>;
  EXPECT_EQ(stored.entries(), (Entries{{0, 2}, {2, 1}, {3, 1}}));
  expect_all_readable(stored.history(), author);
}

TEST(Archive, TheChainIsStoredAtEvery4096thVersionAtTheEndAndInTheCheckpoint) {
  Stored stored;
  Author author({"docs", "a"});
  for (std::uint32_t round = 0; round < 5; ++round) {
    write_on(author, 1'900, round);
    stored.commit(author);
    round % 2 == 0 ? stored.archive_newest(author) : stored.pack(author, author.newest().version);
  }
  const auto is_due = [&](std::uint64_t version) {
    return version % kChainVersions == 0 || version == author.records().size();
  };
  ChainValue chain = chain_start(author.key());
  for (const Record& record : author.records()) {
    chain = chain_next(chain, record);
    const std::uint64_t version = record.version + 1;
    const std::string key = chain_key(1, version);
    const auto value = stored.store().view()->get(Table::kMeta, key);
    ASSERT_TRUE(value);
    ASSERT_EQ(value->has_value(), is_due(version)) << version;
    if (*value) {
      EXPECT_EQ(*decode_chain(key, **value), chain) << version;
    }
  }
  const std::string key = version_key(1, author.records().size());
  const auto checkpoint = stored.store().view()->get(Table::kCheckpoints, key);
  ASSERT_TRUE(checkpoint && *checkpoint);
  EXPECT_EQ(decode_checkpoint(key, **checkpoint)->chain, chain);
}

TEST(Archive, TheChainsValueWhereAnErasureEndedStaysWhenMoreIsPacked) {
  const auto log = open_in_memory();
  Author author({"docs", "a"});
  author.create("gone").remove();
  ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  ASSERT_TRUE(log->erase(author.key()));
  author.create("again");
  for (int i = 0; i < 300; ++i) author.insert(0, "x");
  ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  ASSERT_TRUE(pack(log->store(), author.key(), 256));
  ASSERT_TRUE(archive(log->store(), author.key(), author.newest()));
  const Result<Proof> proof = prove(log->store(), author.key());
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof->chain_values, 1U) << "the one at the end; that at 2 is where the proof begins";
}

TEST(Archive, ALongHistoryThatCameAtOnceGetsItsMilestones) {
  Stored stored;
  Author author({"docs", "a"});
  author.create("");
  for (std::size_t i = 0; i < 4 * kMilestoneVersions + 5; ++i) author.insert(0, "x");
  stored.commit(author);
  stored.archive_newest(author);
  std::vector<std::uint64_t> found;
  ASSERT_TRUE(stored.store().view()->scan(
      Table::kCheckpoints, versions(1, 0, ~std::uint64_t{0}), Order::kForward,
      [&](std::string_view key, std::string_view) -> Result<Visit> {
        found.push_back(decode_version_key(key)->version);
        return Visit::kContinue;
      }));
  EXPECT_EQ(found, (std::vector<std::uint64_t>{40'000, 80'000, 120'000, 160'006}));
}

TEST(Archive, ADocumentThatIsDamagedIsLeftAsItIs) {
  Stored stored;
  Author author({"docs", "a"});
  write_on(author, 50, 1);
  stored.commit_apart(author);
  WriteBatch batch;
  batch.erase(Table::kRecords, version_key(1, 20));
  ASSERT_TRUE(stored.store().write(batch, Durability::kSynced));
  const Result<void> done = archive(stored.store(), author.key(), author.newest());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, kErrDamaged);
  EXPECT_EQ(stored.entries().size(), 49U);
}

}  // namespace
}  // namespace cowrite::storage
