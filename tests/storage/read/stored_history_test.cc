// StoredHistory: any version, any time, and nothing that is not what was written.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/format/encoding.h"
#include "storage/read/latest_history.h"
#include "storage/write/checkpoint_thread.h"
#include "storage/write/commit_thread.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// A store in memory whose stored bytes the test can reach.
class Stored {
 public:
  Stored() : store_(*RocksDbStore::open("", OpenMode::kInMemory)), history_(*store_) {}

  [[nodiscard]] const LatestHistory& history() const { return history_; }
  [[nodiscard]] Store& store() { return *store_; }

  // REQUIRES: something was added to the author since the last time.
  AppendOutcome write(Author& author) { return append(*store_, author.take()); }
  // Each record as an append of its own.
  void write_apart(Author& author) {
    const auto commits = *CommitThread::start(*store_, ample_disk(), kAmpleBytes);
    while (author.has_more()) {
      append(*commits, author.take_one(),
             [](AppendOutcome outcome) { EXPECT_EQ(outcome, AppendOutcome::kCommitted); });
    }
  }
  void save_checkpoint(const Author& author, std::size_t version) {
    CheckpointThread(*store_, ample_disk(), kAmpleBytes)
        .save(author.key(), author.snapshots()[version]);
  }
  void put(Table table, std::string_view key, std::string_view value) {
    storage::put(*store_, table, key, value);
  }
  void erase(Table table, std::string_view key) { storage::erase(*store_, table, key); }

 private:
  std::unique_ptr<RocksDbStore> store_;
  LatestHistory history_;
};

// Those of a list without damage.
std::vector<DocumentInfo> infos(const Result<std::vector<ListEntry>>& entries) {
  std::vector<DocumentInfo> infos;
  for (const ListEntry& entry : *entries) infos.push_back(*entry.info);
  return infos;
}

// A document of many versions, deleted and created again now and then.
Author random_author(std::uint32_t seed, std::size_t versions) {
  std::mt19937 random(seed);
  Author author({"docs", "random"});
  while (author.records().size() < versions) {
    author.later(static_cast<std::int64_t>(random() % 3));
    const std::uint64_t length = author.newest().text.code_points();
    if (!author.newest().exists) {
      author.create(std::string(random() % 5, 'c'));
    } else if (random() % 40 == 0) {
      author.remove();
    } else if (length > 0 && random() % 3 == 0) {
      author.erase(random() % length, 1);
    } else {
      author.insert(random() % (length + 1), random() % 2 == 0 ? "é" : "ab");
    }
  }
  return author;
}

TEST(StoredHistory, NamesTheNewestCheckpoint) {
  Stored stored;
  Author author = random_author(5, 10);
  ASSERT_EQ(stored.write(author), AppendOutcome::kCommitted);
  EXPECT_EQ(*stored.history().checkpoint(author.key()), 0U);
  stored.save_checkpoint(author, 3);
  stored.save_checkpoint(author, 8);
  EXPECT_EQ(*stored.history().checkpoint(author.key()), 8U);
  EXPECT_EQ(*stored.history().checkpoint({"docs", "never written"}), 0U);
}

TEST(StoredHistory, EveryVersionIsTheReplayOfItsRecordsWithAndWithoutCheckpoints) {
  for (std::uint32_t seed = 0; seed < 5; ++seed) {
    Stored stored;
    Author author = random_author(seed, 300);
    ASSERT_EQ(stored.write(author), AppendOutcome::kCommitted);
    for (const std::size_t checkpoint : {0U, 1U, 150U, 299U, 300U}) {
      if (checkpoint > 0) stored.save_checkpoint(author, checkpoint);
      for (std::size_t version = 0; version <= 300; ++version) {
        const Result<Snapshot> snapshot = stored.history().snapshot(author.key(), version);
        ASSERT_TRUE(snapshot) << snapshot.error().message;
        ASSERT_TRUE(same(*snapshot, author.snapshots()[version])) << seed << " " << version;
      }
    }
  }
}

TEST(StoredHistory, AVersionBeyondTheNewestIsUnknown) {
  Stored stored;
  Author author({"docs", "a"});
  ASSERT_EQ(stored.write(author.create("x")), AppendOutcome::kCommitted);
  const Error error = stored.history().snapshot(author.key(), 2).error();
  EXPECT_EQ(error.code, kErrVersionUnknown);
  EXPECT_EQ(error.message, "docs/a is at version 1; there is no version 2");
}

TEST(StoredHistory, ADocumentThatNobodyWroteIsEmptyAtVersionZero) {
  const Stored stored;
  const DocumentKey key{"docs", "nobody's"};
  EXPECT_TRUE(same(*stored.history().snapshot(key, std::nullopt), Snapshot()));
  EXPECT_TRUE(same(*stored.history().snapshot(key, 0), Snapshot()));
  EXPECT_EQ(stored.history().snapshot(key, 1).error().code, kErrVersionUnknown);
  EXPECT_FALSE(stored.history().info(key)->has_value());
  EXPECT_EQ(*stored.history().version_at(key, std::numeric_limits<std::int64_t>::max()), 0U);
  EXPECT_TRUE(stored.history().records(key, 0, 10, kNoLimit)->empty());
  EXPECT_FALSE(newest_of(stored.history(), key, "ann")->has_value());
}

TEST(StoredHistory, AVersionAtATimeFollowsAllRecordsUpToThatTime) {
  Stored stored;
  Author author({"docs", "a"});
  author.create("");  // At 1,000 ms.
  for (const std::int64_t pause : {0, 5, 0, 0, 1, 100}) author.later(pause).insert(0, "x");
  ASSERT_EQ(stored.write(author), AppendOutcome::kCommitted);
  for (std::int64_t time_ms = 990; time_ms < 1'120; ++time_ms) {
    std::uint64_t expected = 0;
    for (const Record& record : author.records()) expected += record.time_ms <= time_ms ? 1 : 0;
    ASSERT_EQ(*stored.history().version_at(author.key(), time_ms), expected) << time_ms;
  }
}

TEST(StoredHistory, RecordsComeInRangesAndPiecesOfBoundedSize) {
  Stored stored;
  Author author = random_author(1, 50);
  ASSERT_EQ(stored.write(author), AppendOutcome::kCommitted);
  const std::vector<Record>& all = author.records();
  for (std::size_t from = 0; from <= 52; ++from) {
    for (std::size_t to = 0; to <= 52; ++to) {
      const Result<std::vector<Record>> some =
          stored.history().records(author.key(), from, to, kNoLimit);
      const std::size_t end = std::min<std::size_t>(to, 50);
      const std::vector<Record> expected =
          from < end ? std::vector<Record>(all.begin() + static_cast<std::ptrdiff_t>(from),
                                           all.begin() + static_cast<std::ptrdiff_t>(end))
                     : std::vector<Record>();
      ASSERT_EQ(*some, expected) << from << " " << to;
    }
  }
  std::vector<Record> pieces;
  while (pieces.size() < all.size()) {
    const Result<std::vector<Record>> piece =
        stored.history().records(author.key(), pieces.size(), 50, 100);
    ASSERT_FALSE(piece->empty());
    ASSERT_LT(piece->size(), 10U);
    pieces.insert(pieces.end(), piece->begin(), piece->end());
  }
  EXPECT_EQ(pieces, all);
  EXPECT_EQ(stored.history().records(author.key(), 7, 50, 0)->size(), 1U);
}

TEST(StoredHistory, AListingIsInKeyOrderAndCanBeContinued) {
  Stored stored;
  std::vector<DocumentInfo> expected;
  for (const DocumentKey& key : std::vector<DocumentKey>{
           {"b", "z"}, {"a", "b.c"}, {"a.b", "c"}, {std::string("a\0", 2), "x"}, {"", ""}}) {
    Author author(key);
    author.create("héllo").later(7).insert(0, "!");
    if (key.collection() == "b") author.remove();
    ASSERT_EQ(stored.write(author), AppendOutcome::kCommitted);
    expected.push_back({key, author.records().size(), author.newest().exists,
                        author.newest().text.bytes(), 1'000, 1'007});
    EXPECT_EQ(stored.history().info(key)->value(), expected.back());
  }
  std::sort(expected.begin(), expected.end(),
            [](const DocumentInfo& a, const DocumentInfo& b) { return a.key < b.key; });
  EXPECT_EQ(infos(stored.history().list({}, 100)), expected);
  EXPECT_TRUE(stored.history().list({}, 0)->empty());
  std::vector<DocumentInfo> pages;
  DocumentKey first;
  for (auto page = infos(stored.history().list(first, 2)); !page.empty();
       page = infos(stored.history().list(first, 2))) {
    EXPECT_LE(page.size(), 2U);
    pages.insert(pages.end(), page.begin(), page.end());
    first = key_after(pages.back().key);
  }
  EXPECT_EQ(pages, expected);
  EXPECT_EQ(stored.history().list({"a", "b"}, 1)->front().key->id(), "b.c");
  EXPECT_EQ(stored.history().list({"a", "b.c"}, 1)->front().key->id(), "b.c");
}

TEST(StoredHistory, ADamagedEntryOfTheListIsNamedAndTheListGoesOn) {
  Stored stored;
  for (const char* id : {"a", "b", "c"}) {
    Author author({"docs", id});
    author.create("text");
    ASSERT_EQ(stored.write(author), AppendOutcome::kCommitted);
  }
  stored.put(Table::kMeta, document_name_key({"docs", "b"}), "damaged");
  const std::vector<ListEntry> entries = *stored.history().list({}, 3);
  ASSERT_EQ(entries.size(), 3U);
  for (const ListEntry& entry : entries) {
    const bool damaged = entry.key->id() == "b";
    EXPECT_EQ(entry.info.has_value(), !damaged);
    EXPECT_EQ(damaged ? entry.info.error().code : std::string_view(), damaged ? kErrDamaged : "");
  }
  EXPECT_EQ(stored.history().list({}, 2)->size(), 2U);
}

// What every way of reading the document says.
std::vector<std::string_view> codes(const History& history, const DocumentKey& key) {
  std::vector<std::string_view> codes;
  const auto note = [&codes](const auto& result) {
    codes.push_back(result ? std::string_view() : result.error().code);
  };
  note(history.snapshot(key, std::nullopt));
  note(history.records(key, 0, 100, kNoLimit));
  return codes;
}

const std::vector<std::string_view> kBothWhole = {"", ""};
const std::vector<std::string_view> kBothDamaged = {kErrDamaged, kErrDamaged};

TEST(StoredHistory, AMissingRecordIsDamageWhereverItWas) {
  for (std::uint64_t missing = 0; missing < 4; ++missing) {
    Stored stored;
    Author author({"docs", "a"});
    author.create("x").insert(0, "a").insert(0, "b").insert(0, "c");
    stored.write_apart(author);
    EXPECT_EQ(codes(stored.history(), author.key()), kBothWhole);
    stored.erase(Table::kRecords, version_key(1, missing));
    EXPECT_EQ(codes(stored.history(), author.key()), kBothDamaged);
    const Error error = stored.history().snapshot(author.key(), std::nullopt).error();
    EXPECT_EQ(error.message,
              "docs/a: damaged at version " + std::to_string(missing) + ", its record is missing");
    EXPECT_TRUE(stored.history().snapshot(author.key(), missing));  // What is whole is served.
  }
}

TEST(StoredHistory, AChangedByteOfAnythingStoredIsReportedOrChangesNothing) {
  Stored stored;
  Author author({"docs", "a"});
  author.create("x").insert(0, "é").erase(0, 1).insert(0, "c");
  stored.write_apart(author);
  stored.save_checkpoint(author, 2);
  const std::vector<std::pair<Table, std::string>> places = {
      {Table::kRecords, version_key(1, 3)},
      {Table::kCheckpoints, version_key(1, 2)},
      {Table::kMeta, document_name_key(author.key())}};
  for (const auto& [table, key] : places) {
    const std::string whole = stored.store().view()->get(table, key)->value();
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
      stored.put(table, key, damaged);
      EXPECT_EQ(stored.history().snapshot(author.key(), std::nullopt).error().code, kErrDamaged);
    }
    stored.put(table, key, whole);
  }
  const std::vector<std::string> nobody = {"nobody"};  // Of whom the records do not tell.
  stored.put(Table::kSources, source_key(1, "nobody"), "damaged");
  EXPECT_EQ(stored.history().sources(author.key(), nobody, 4).front().error().code, kErrDamaged);
  stored.put(Table::kMeta, document_name_key(author.key()), "damaged");
  EXPECT_EQ(stored.history().list({}, 10)->front().info.error().code, kErrDamaged);
  EXPECT_EQ(stored.history().info(author.key()).error().code, kErrDamaged);
  EXPECT_EQ(stored.history().version_at(author.key(), 0).error().code, kErrDamaged);
}

TEST(StoredHistory, AHeadThatDisagreesWithTheRecordsIsDamage) {
  Author author({"docs", "a"});
  author.create("x").insert(0, "a");
  const std::string name = document_name_key(author.key());
  for (const Head& wrong :
       {Head{1, 2, 0, true, 3, 1'000, 1'000}, Head{1, 2, 0, false, 0, 1'000, 1'000},
        Head{1, 2, 0, true, 2, 1'000, 1'001}, Head{1, 3, 0, true, 2, 1'000, 1'000},
        Head{2, 2, 0, true, 2, 1'000, 1'000}}) {
    Stored stored;
    Author fresh = author;
    ASSERT_EQ(stored.write(fresh), AppendOutcome::kCommitted);
    stored.put(Table::kMeta, name, encode_head(name, wrong));
    EXPECT_EQ(stored.history().snapshot(author.key(), std::nullopt).error().code, kErrDamaged);
  }
}

TEST(StoredHistory, ARecordThatDoesNotFitItsTextIsDamage) {
  Stored stored;
  Author author({"docs", "a"});
  author.create("x").insert(1, "a");
  stored.write_apart(author);
  ot::OperationBuilder operation;
  operation.retain(99).insert("a");
  Record wrong = author.records()[1];
  wrong.change = Edit{std::move(operation).build()};
  const std::string key = version_key(1, 1);
  stored.put(Table::kRecords, key, encode_record(key, wrong));
  EXPECT_EQ(stored.history().snapshot(author.key(), std::nullopt).error().code, kErrDamaged);
}

TEST(StoredHistory, ADamagedDocumentTakesNoAppendsAndTheOthersGoOn) {
  Stored stored;
  Author broken({"docs", "broken"});
  Author whole({"docs", "whole"});
  ASSERT_EQ(stored.write(broken.create("x")), AppendOutcome::kCommitted);
  ASSERT_EQ(stored.write(whole.create("x")), AppendOutcome::kCommitted);
  stored.put(Table::kMeta, document_name_key(broken.key()), "damaged");
  EXPECT_EQ(stored.write(broken.insert(0, "y")), AppendOutcome::kRefused);
  EXPECT_EQ(stored.write(whole.insert(0, "y")), AppendOutcome::kCommitted);
}

}  // namespace
}  // namespace cowrite::storage
