// What an append writes: as few entries as may be.
#include "storage/write/put_records.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/format/segment.h"
#include "storage/write/commit_thread.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

using Entries = std::vector<std::pair<std::uint64_t, std::size_t>>;

// The first version and the number of records of each entry that the records are put into.
Entries entries_of(const std::vector<Record>& records) {
  WriteBatch batch;
  put_records(1, records, batch);
  Entries entries;
  std::vector<Record> back;
  batch.for_each([&](Table table, std::string_view key, std::optional<std::string_view> value) {
    EXPECT_EQ(table, Table::kRecords);
    const Result<std::vector<Record>> held = decode_entry(key, *value);
    EXPECT_TRUE(held) << held.error().message;
    entries.emplace_back(held->front().version, held->size());
    back.insert(back.end(), held->begin(), held->end());
  });
  EXPECT_EQ(back, records);
  return entries;
}

TEST(PutRecords, SeveralRecordsAreOneEntry) {
  Author author({"docs", "a"});
  author.create("");
  EXPECT_EQ(entries_of(author.records()), (Entries{{0, 1}}));
  author.as("ann").insert(0, "x").as("ben").erase(0, 1).remove();
  EXPECT_EQ(entries_of(author.records()), (Entries{{0, 4}}));
}

TEST(PutRecords, ALargeRecordStandsBetweenTheOthers) {
  const std::string large(kLargeRecordBytes, 'p');
  Author author({"docs", "a"});
  author.create("").insert(0, "x").insert(0, large).insert(0, "y").insert(0, "z");
  EXPECT_EQ(entries_of(author.records()), (Entries{{0, 2}, {2, 1}, {3, 2}}));
  author.insert(0, large).insert(0, large);
  EXPECT_EQ(entries_of(author.records()), (Entries{{0, 2}, {2, 1}, {3, 2}, {5, 1}, {6, 1}}));
}

TEST(PutRecords, AnEntryHasBoundedRecordsAndBytes) {
  Author typing({"docs", "a"});
  typing.create("");
  for (std::size_t i = 0; i < 2 * kSegmentRecords; ++i) typing.insert(0, "x");
  EXPECT_EQ(entries_of(typing.records()), (Entries{{0, kSegmentRecords},
                                                   {kSegmentRecords, kSegmentRecords},
                                                   {2 * kSegmentRecords, 1}}));
  Author pasting({"docs", "b"});
  pasting.create("");
  for (std::size_t i = 0; i < 40; ++i) pasting.insert(0, std::string(60'000, 'p'));
  const Entries entries = entries_of(pasting.records());
  EXPECT_EQ(entries.size(), 3U);
  for (const auto& [first, count] : entries) {
    std::size_t bytes = 0;
    for (std::size_t i = first; i < first + count; ++i) bytes += record_bytes(pasting.records()[i]);
    EXPECT_LE(bytes, kSegmentBytes) << "from " << first;
  }
}

// Counts what is written to a store.
class CountingStore final : public Store {
 public:
  explicit CountingStore(Store& store) : store_(store) {}

  std::unique_ptr<const View> view() const override { return store_.view(); }
  Result<void> write(const WriteBatch& batch, Durability durability) override {
    changes += batch.size();
    return store_.write(batch, durability);
  }
  StoreStatistics statistics() const override { return store_.statistics(); }

  std::size_t changes = 0;

 private:
  Store& store_;
};

TEST(PutRecords, AnAppendIsOneEntryOfRecordsAndItsHead) {
  const auto store = *RocksDbStore::open("", OpenMode::kInMemory);
  CountingStore counting(*store);
  Author author({"docs", "a"});
  author.create("");
  std::size_t appends = 0;
  for (const std::size_t records : {1U, 1U, 2U, 50U}) {
    for (std::size_t i = 1; i < records; ++i) {
      author.as("source " + std::to_string(i)).insert(0, "x");
    }
    append(*CommitThread::start(counting, ample_disk(), kAmpleBytes).value(), author.take(),
           [](AppendOutcome) {});
    ++appends;
    EXPECT_EQ(counting.changes, 2 * appends);
    author.insert(0, "y");
  }
}

}  // namespace
}  // namespace cowrite::storage
