// verify(): what is whole is proved, and whatever is planted in the store is found.
#include "storage/read/verify.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/format/chain.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/format/segment.h"
#include "storage/write/archive.h"
#include "storage/write/commit_thread.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

constexpr std::uint64_t kVersions = 4'900;

// A document of 4,900 records by two people, archived at 4,500 and 4,800, of which the checkpoint
// at 4,800 is left; the records since stand alone.
class Stored {
 public:
  Stored() : author_({"docs", "a"}), store_(*RocksDbStore::open("", OpenMode::kInMemory)) {
    author_.create("");
    for (std::uint64_t version = 1; version < kVersions; ++version) {
      author_.as(version % 3 == 0 ? "ben" : "ann").later(10).insert(version - 1, "x");
      if (version == 4'499 || version == 4'799) {
        commit();
        EXPECT_TRUE(archive(*store_, author_.key(), author_.newest()));
      }
    }
    commit();
  }

  [[nodiscard]] const Author& author() const { return author_; }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] Result<Proof> verify() const { return prove(*store_, author_.key()); }

  void put(Table table, std::string_view key, std::string_view value) {
    storage::put(*store_, table, key, value);
  }
  void erase(Table table, std::string_view key) { storage::erase(*store_, table, key); }

 private:
  void commit() {
    const auto commits = *CommitThread::start(*store_, ample_disk(), kAmpleBytes);
    while (author_.has_more()) {
      append(*commits, author_.take_one(),
             [](AppendOutcome outcome) { EXPECT_EQ(outcome, AppendOutcome::kCommitted); });
    }
  }

  Author author_;
  std::unique_ptr<RocksDbStore> store_;
};

TEST(Verify, ProvesAWholeHistory) {
  const Stored stored;
  const Result<Proof> proof = stored.verify();
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof->records, kVersions);
  EXPECT_EQ(proof->checkpoints, 1U);
  EXPECT_EQ(proof->chain_values, 2U) << "at 4,096 and 4,800";
}

TEST(Verify, SaysThatThereIsNoSuchDocument) {
  Stored stored;
  const auto proof =
      verify(*stored.store().view(), {"docs", "b"}, [](std::uint64_t) { return true; });
  EXPECT_EQ(proof.error().code, kErrDocumentUnknown);
}

TEST(Verify, EndsWhenItIsTold) {
  Stored stored;
  Author author({"docs", "long"});
  author.create("");
  for (int i = 0; i < 5'000; ++i) author.insert(0, "x");
  (void)append(stored.store(), author.take());
  const auto proof =
      verify(*stored.store().view(), author.key(), [](std::uint64_t) { return false; });
  EXPECT_EQ(proof.error().code, kErrBusy);
}

// Something is planted, and found at that version.
void expect_damaged_at(std::uint64_t version, const std::function<void(Stored&)>& plant) {
  Stored stored;
  plant(stored);
  const Result<Proof> proof = stored.verify();
  ASSERT_FALSE(proof) << "version " << version;
  EXPECT_EQ(proof.error().code, kErrDamaged) << proof.error().message;
  const std::string expected = "docs/a: damaged at version " + std::to_string(version) + ",";
  EXPECT_EQ(proof.error().message.substr(0, expected.size()), expected);
}

TEST(Verify, ARecordThatSaysSomethingElseIsFoundByTheChain) {
  // Well formed, right checksum, fits the text: only the chain knows.
  expect_damaged_at(kChainVersions, [](Stored& stored) {
    const std::string key = version_key(1, 0);
    std::vector<Record> records(stored.author().records().begin(),
                                stored.author().records().begin() + kSegmentRecords);
    records[100].author = "Somebody else";
    stored.put(Table::kRecords, key, encode_segment(key, records, Effort::kQuick));
  });
}

TEST(Verify, AMissingRecordIsFound) {
  expect_damaged_at(4'850,
                    [](Stored& stored) { stored.erase(Table::kRecords, version_key(1, 4'850)); });
  expect_damaged_at(0, [](Stored& stored) { stored.erase(Table::kRecords, version_key(1, 0)); });
}

TEST(Verify, ACheckpointThatIsNotWhatItsRecordsGiveIsFound) {
  expect_damaged_at(4'800, [](Stored& stored) {
    const std::string key = version_key(1, 4'800);
    const Result<std::optional<std::string>> value =
        stored.store().view()->get(Table::kCheckpoints, key);
    Checkpoint checkpoint = *decode_checkpoint(key, **value);
    checkpoint.snapshot.text.erase(0, 1);
    stored.put(Table::kCheckpoints, key,
               encode_checkpoint(key, checkpoint.snapshot, checkpoint.chain));
  });
  expect_damaged_at(4'500, [](Stored& stored) {
    stored.put(Table::kCheckpoints, version_key(1, 4'500), "damaged");
  });
}

TEST(Verify, AChainValueThatIsWrongOrMissingIsFound) {
  expect_damaged_at(4'800, [](Stored& stored) {
    const std::string key = chain_key(1, 4'800);
    stored.put(Table::kMeta, key, encode_chain(key, chain_start({"docs", "b"})));
  });
  expect_damaged_at(kChainVersions, [](Stored& stored) {
    stored.erase(Table::kMeta, chain_key(1, kChainVersions));
  });
}

TEST(Verify, AHeadThatSaysLessThanThereIsIsFound) {
  expect_damaged_at(4'899, [](Stored& stored) {
    const std::string name = document_name_key(stored.author().key());
    const Snapshot& earlier = stored.author().snapshots()[4'899];
    const Head head = {1,
                       4'899,
                       0,
                       true,
                       earlier.text.bytes(),
                       stored.author().records()[0].time_ms,
                       earlier.time_ms};
    stored.put(Table::kMeta, name, encode_head(name, head));
  });
}

// The last value of the chain that is stored by itself is at 4,800: before it ann's newest record
// is 4,799, and ben's 4,797.
TEST(Verify, AnIndexOfSourcesThatIsWrongIsFound) {
  const std::string ann = source_key(1, "ann");
  expect_damaged_at(4'799, [&](Stored& stored) {
    stored.put(Table::kSources, ann, encode_source(ann, {1, 4'799}));
  });
  expect_damaged_at(4'798, [&](Stored& stored) {
    stored.put(Table::kSources, ann, encode_source(ann, {4'799, 4'798}));
  });
  expect_damaged_at(0, [&](Stored& stored) { stored.erase(Table::kSources, ann); });
  expect_damaged_at(5, [&](Stored& stored) {
    const std::string nobody = source_key(1, "nobody");
    stored.put(Table::kSources, nobody, encode_source(nobody, {1, 5}));
  });
}

TEST(Verify, AnIndexOfSourcesMayBeAheadOfWhatIsPacked) {
  for (const std::uint64_t version : {4'799U, 4'801U, 4'898U}) {
    Stored stored;
    const std::string ann = source_key(1, "ann");
    stored.put(Table::kSources, ann, encode_source(ann, {version + 1, version}));
    EXPECT_TRUE(stored.verify()) << version;
  }
}

TEST(Verify, ARecordThatIsThereTwiceIsFound) {
  expect_damaged_at(100, [](Stored& stored) {
    const std::string key = version_key(1, 100);
    stored.put(Table::kRecords, key, encode_record(key, stored.author().records()[100]));
  });
}

TEST(Verify, HistoryWithoutANameIsFound) {
  Stored stored;
  EXPECT_TRUE(verify_no_orphans(*stored.store().view()));
  stored.erase(Table::kMeta, document_name_key(stored.author().key()));
  EXPECT_EQ(verify_no_orphans(*stored.store().view()).error().code, kErrDamaged);
}

}  // namespace
}  // namespace cowrite::storage
