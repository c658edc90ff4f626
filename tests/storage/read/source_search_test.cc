// The newest record of a source, from the index of what is packed and the records since.
#include "storage/read/source_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/format/chain.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/format/segment.h"
#include "storage/read/latest_history.h"
#include "storage/store/sources.h"
#include "storage/write/archive.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

class Stored {
 public:
  Stored() : store_(*RocksDbStore::open("", OpenMode::kInMemory)), history_(*store_) {}

  void commit(Author& author) {
    EXPECT_EQ(append(*store_, author.take()), AppendOutcome::kCommitted);
  }

  // Of one source, among the records before a version.
  [[nodiscard]] Result<std::optional<SourceEntry>> newest(const Author& author,
                                                          const std::string& source,
                                                          std::uint64_t before) const {
    return history_.sources(author.key(), std::span(&source, 1), before).front();
  }
  // What the index has of it.
  [[nodiscard]] std::optional<SourceEntry> indexed(const std::string& source) const {
    return *read_source(*store_->view(), 1, source);
  }

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] const History& history() const { return history_; }

 private:
  std::unique_ptr<RocksDbStore> store_;
  LatestHistory history_;
};

// The newest record of a source before a version.
std::optional<SourceEntry> truth(const Author& author, const std::string& source,
                                 std::uint64_t before) {
  std::optional<SourceEntry> newest;
  for (const Record& record : author.records()) {
    if (record.version >= before) break;
    if (record.source == source) newest = {record.sequence, record.version};
  }
  return newest;
}

bool is_record_of(const Author& author, const std::string& source, const SourceEntry& entry) {
  const Record& record = author.records().at(entry.version);
  return record.source == source && record.sequence == entry.sequence;
}

// Of each source the newest before `before`, or a newer one of it.
void expect_all_known(const Stored& stored, const Author& author,
                      const std::vector<std::string>& sources, std::uint64_t before) {
  const SourceEntries entries = stored.history().sources(author.key(), sources, before);
  ASSERT_EQ(entries.size(), sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    ASSERT_TRUE(entries[i]) << entries[i].error().message;
    const std::optional<SourceEntry>& found = *entries[i];
    const std::optional<SourceEntry> expected = truth(author, sources[i], before);
    ASSERT_TRUE(found || !expected) << sources[i] << " before " << before << " is not known";
    if (!found) continue;
    EXPECT_TRUE(is_record_of(author, sources[i], *found));
    EXPECT_TRUE(!expected || found->version >= expected->version) << "an older one";
  }
}

TEST(SourceSearch, FindsTheNewestRecordOfEachSourceWhateverIsPacked) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Stored stored;
    Author author({"docs", "a"});
    author.as("source 0").create("");
    std::vector<std::string> sources;
    for (std::size_t i = 0; i < 40; ++i) sources.push_back("source " + std::to_string(i));
    for (std::size_t round = 0; round < 40; ++round) {
      for (std::uint64_t left = 1 + random() % 60; left > 0; --left) {
        // The later ones write seldom, the last one never.
        const std::size_t who = std::min(random() % 39, random() % 39);
        author.as(sources[who]).insert(0, random() % 500 == 0 ? std::string(70'000, 'p') : "x");
      }
      stored.commit(author);
      const std::uint64_t version = author.newest().version;
      if (random() % 5 == 0) {
        ASSERT_TRUE(pack(stored.store(), author.key(), random() % (version + 1)));
      }
      if (random() % 9 == 0) {
        const std::uint64_t at = 1 + random() % version;
        ASSERT_TRUE(archive(stored.store(), author.key(), author.snapshots()[at]));
      }
      expect_all_known(stored, author, sources, version);
      expect_all_known(stored, author, sources, random() % (version + 2));
      const Result<Proof> proof = prove(stored.store(), author.key());
      ASSERT_TRUE(proof) << proof.error().message;
    }
  }
}

TEST(SourceSearch, TheIndexIsWrittenWhenRecordsArePackedAndOnceForASource) {
  Stored stored;
  Author author({"docs", "a"});
  author.as("ann").create("");
  for (int i = 0; i < 300; ++i) author.as(i % 2 == 0 ? "ann" : "ben").insert(0, "x");
  author.as("carl").insert(0, "y");
  stored.commit(author);
  EXPECT_EQ(stored.indexed("ann"), std::nullopt);
  EXPECT_EQ(*stored.newest(author, "carl", 1'000), truth(author, "carl", 1'000));
  ASSERT_TRUE(pack(stored.store(), author.key(), 302));
  EXPECT_EQ(stored.indexed("ann"), truth(author, "ann", kPackVersions));
  EXPECT_EQ(stored.indexed("ben"), truth(author, "ben", kPackVersions));
  EXPECT_EQ(stored.indexed("carl"), std::nullopt) << "what it wrote is not packed";
  for (const std::string source : {"ann", "ben", "carl", "nobody"}) {
    EXPECT_EQ(*stored.newest(author, source, 1'000), truth(author, source, 1'000)) << source;
  }
}

TEST(SourceSearch, AfterACheckpointTheRecordsBeforeItAreNotRead) {
  Stored stored;
  Author author({"docs", "a"});
  author.as("ann").create("").insert(0, std::string(kLargeRecordBytes, 'p')).as("ben");
  author.insert(0, "x");
  stored.commit(author);
  ASSERT_TRUE(archive(stored.store(), author.key(), author.newest()));
  put(stored.store(), Table::kRecords, version_key(1, 1), "damaged");
  EXPECT_EQ(*stored.newest(author, "ann", 1'000), (SourceEntry{2, 1}));
  EXPECT_EQ(*stored.newest(author, "nobody", 1'000), std::nullopt);
}

TEST(SourceSearch, RecordsThatTheReaderKnowsAreNotRead) {
  Stored stored;
  Author author({"docs", "a"});
  author.as("ann").create("").as("ben").insert(0, "x").as("carl").insert(0, "y");
  for (int i = 0; i < 3; ++i) {
    stored.commit(author);
    author.insert(0, "z");
  }
  put(stored.store(), Table::kRecords, version_key(1, 4), "damaged");
  EXPECT_EQ(stored.newest(author, "ann", 5).error().code, kErrDamaged);
  EXPECT_EQ(*stored.newest(author, "ann", 4), (SourceEntry{1, 0}));
}

TEST(SourceSearch, AnIndexOfFormat1ThatIsAheadOfWhatIsPackedIsRight) {
  Stored stored;
  Author author({"docs", "a"});
  author.as("ann").create("");
  for (int i = 0; i < 400; ++i) author.as(i % 2 == 0 ? "ann" : "ben").insert(0, "x");
  author.as("carl").insert(0, "y");
  stored.commit(author);
  // With each append, the entries of its sources.
  WriteBatch batch;
  for (const std::string source : {"ann", "ben", "carl"}) {
    put_source(1, source, *truth(author, source, 1'000), batch);
  }
  ASSERT_TRUE(stored.store().write(batch, Durability::kSynced));
  const auto expect_right = [&] {
    EXPECT_TRUE(prove(stored.store(), author.key()));
    for (const std::string source : {"ann", "ben", "carl"}) {
      EXPECT_EQ(*stored.newest(author, source, 1'000), truth(author, source, 1'000)) << source;
    }
    expect_all_known(stored, author, {"ann", "ben", "carl"}, 300);
  };
  expect_right();
  ASSERT_TRUE(pack(stored.store(), author.key(), 402));
  expect_right();
}

}  // namespace
}  // namespace cowrite::storage
