// Stored values: they come back, and any change of a stored byte is found.
#include "storage/format/encoding.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "storage/errors.h"
#include "storage/format/segment.h"

namespace cowrite::storage {
namespace {

using namespace std::string_literals;

constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

const std::vector<std::uint64_t> kNumbers = {0, 1, 127, 128, 16'383, 16'384, kGreatest};
const std::vector<std::int64_t> kTimes = {0, -1, 1, -64, 64, 1'700'000'000'000, kEarliest, kLatest};

std::vector<Change> tiny_changes() {
  std::vector<Change> changes = {Delete{}, Create{}, Create{"a"}, Create{"\0é😀"s}};
  const std::vector<ot::Component> parts = {
      {ot::Kind::kRetain, 1},       {ot::Kind::kInsert, 1, "é"},
      {ot::Kind::kInsert, 2, "ab"}, {ot::Kind::kDelete, 1},
      {ot::Kind::kDelete, 300},     {ot::Kind::kDelete, 1, "😀"},
      {ot::Kind::kRetain, 7},       {ot::Kind::kRetain, ot::kLengthMax / 4},
  };
  std::vector<std::vector<ot::Component>> lists = {{}};
  for (std::size_t i = 0; i < lists.size() && lists[i].size() < 3; ++i) {
    for (const ot::Component& part : parts) {
      lists.push_back(lists[i]);
      lists.back().push_back(part);
    }
  }
  for (const std::vector<ot::Component>& list : lists) {
    if (Result<ot::Operation> operation = ot::Operation::from_components(list)) {
      changes.emplace_back(Edit{*std::move(operation)});
    }
  }
  return changes;
}

// A record alone in its entry.
Result<Record> decode_record(std::string_view key, std::string_view value) {
  const Result<std::vector<Record>> records = decode_entry(key, value);
  if (!records) return records.error();
  EXPECT_EQ(records->size(), 1U);
  return records->front();
}

const ChainValue kChain = chain_start({"docs", "a"});

Record record_at(std::uint64_t version, Change change) {
  return {version, "source", 7, "Ann", 1'700'000'000'000, std::move(change)};
}

TEST(Encoding, EveryTinyRecordComesBack) {
  const std::string key = version_key(3, 9);
  for (const Change& change : tiny_changes()) {
    const Record record = record_at(9, change);
    ASSERT_EQ(*decode_record(key, encode_record(key, record)), record);
  }
  for (const std::uint64_t sequence : kNumbers) {
    for (const std::int64_t time_ms : kTimes) {
      for (const std::string& name : {""s, "\0\xFF"s, std::string(300, 'n')}) {
        const Record record = {9, name, sequence, name, time_ms, Delete{}};
        const std::string value = encode_record(key, record);
        ASSERT_EQ(*decode_record(key, value), record);
        const Result<EntryExtent> extent = decode_extent(key, value);
        ASSERT_TRUE(extent);
        ASSERT_EQ(extent->from, 9U);
        ASSERT_EQ(extent->to, 10U);
        ASSERT_EQ(extent->first_ms, time_ms);
        ASSERT_EQ(extent->last_ms, time_ms);
      }
    }
  }
}

TEST(Encoding, RandomRecordsComeBack) {
  for (std::uint32_t seed = 0; seed < 2'000; ++seed) {
    std::mt19937_64 random(seed);
    ot::OperationBuilder operation;
    for (std::uint64_t i = random() % 20; i > 0; --i) {
      operation.retain(random() % 1'000).erase(random() % 3).insert(std::string(random() % 5, 'x'));
    }
    const Record record = {random(),
                           std::string(random() % 40, 's'),
                           random(),
                           std::string(random() % 40, 'n'),
                           static_cast<std::int64_t>(random()),
                           Edit{std::move(operation).build()}};
    const std::string key = version_key(random(), record.version);
    ASSERT_EQ(*decode_record(key, encode_record(key, record)), record) << "seed " << seed;
  }
}

TEST(Encoding, EveryTinyHeadComesBack) {
  const std::string key = document_name_key({"docs", "a"});
  for (const std::uint64_t number : kNumbers) {
    for (const std::int64_t time_ms : kTimes) {
      for (const bool exists : {false, true}) {
        const Head head = {number | 1,          number | 1, number / 2, exists,
                           exists ? number : 0, time_ms,    time_ms};
        ASSERT_EQ(*decode_head(key, encode_head(key, head)), head);
      }
    }
  }
}

TEST(Encoding, AHeadThatNoDocumentHasIsReported) {
  for (const Head& head :
       {Head{0, 1, 0, true, 1, 1, 1}, Head{1, 0, 0, true, 1, 1, 1}, Head{1, 1, 0, false, 1, 1, 1},
        Head{1, 1, 2, false, 0, 1, 1}, Head{1, 1, 1, true, 1, 1, 1}}) {
    EXPECT_EQ(decode_head("k", encode_head("k", head)).error().code, kErrDamaged);
  }
}

TEST(Encoding, EverySourceEntryComesBack) {
  for (const std::uint64_t sequence : kNumbers) {
    for (const std::uint64_t version : kNumbers) {
      const SourceEntry entry = {sequence, version};
      ASSERT_EQ(*decode_source("key", encode_source("key", entry)), entry);
    }
  }
}

TEST(Encoding, CheckpointsComeBack) {
  const std::string key = version_key(3, 9);
  std::string large;
  for (int i = 0; i < 20'000; ++i) large += "line " + std::to_string(i) + " é😀\n";
  for (const std::string& text : {""s, "a"s, "\0"s, "é😀"s, large}) {
    for (const std::int64_t time_ms : kTimes) {
      const Snapshot snapshot = {9, true, ot::Rope(text), time_ms};
      const Result<Checkpoint> decoded =
          decode_checkpoint(key, encode_checkpoint(key, snapshot, kChain));
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->chain, kChain);
      const Snapshot* const back = &decoded->snapshot;
      EXPECT_EQ(back->version, 9U);
      EXPECT_TRUE(back->exists);
      EXPECT_EQ(back->time_ms, time_ms);
      EXPECT_EQ(back->text.to_string(), text);
    }
  }
  const Result<Checkpoint> deleted =
      decode_checkpoint(key, encode_checkpoint(key, {9, false, {}, 5}, kChain));
  ASSERT_TRUE(deleted);
  EXPECT_FALSE(deleted->snapshot.exists);
}

TEST(Encoding, ACheckpointOfAKindThatComesLaterIsNoDamage) {
  const std::string key = version_key(3, 9);
  std::string value = encode_checkpoint(key, {9, true, ot::Rope("text"), 5}, kChain);
  value.resize(value.size() - 4);  // The checksum.
  value.front() = 2;
  put_checksum(key, value);
  EXPECT_EQ(decode_checkpoint(key, value).error().code, kErrNewerKind);
  value.back() ^= 1;
  EXPECT_EQ(decode_checkpoint(key, value).error().code, kErrDamaged);
}

// The code of the error that a decoder gives, empty if it takes the bytes.
using Decode = std::function<std::string_view(std::string_view key, std::string_view value)>;

template <typename T>
Decode code_of(Result<T> (*decode)(std::string_view, std::string_view)) {
  return [decode](std::string_view key, std::string_view value) {
    const Result<T> result = decode(key, value);
    return result ? std::string_view() : result.error().code;
  };
}

void expect_damage_is_found(const std::string& key, const std::string& value,
                            const Decode& decode) {
  ASSERT_EQ(decode(key, value), "");
  for (std::size_t i = 0; i < value.size(); ++i) {
    EXPECT_EQ(decode(key, std::string_view(value).substr(0, i)), kErrDamaged) << "cut at " << i;
    EXPECT_EQ(decode(key, std::string_view(value).substr(i + 1)), kErrDamaged) << "without " << i;
    for (int change = 1; change < 256; ++change) {
      std::string changed = value;
      changed[i] = static_cast<char>(changed[i] ^ change);
      ASSERT_EQ(decode(key, changed), kErrDamaged) << "byte " << i << " ^ " << change;
    }
  }
  EXPECT_EQ(decode(key, value + '\0'), kErrDamaged);
  EXPECT_EQ(decode(version_key(1, 1), value), kErrDamaged) << "under another key";
}

TEST(Encoding, AnyChangedOrMissingByteIsFound) {
  const std::string key = version_key(3, 9);
  ot::OperationBuilder operation;
  operation.retain(4).insert("hé").erase(2);
  const Record edit = record_at(9, Edit{std::move(operation).build()});
  expect_damage_is_found(key, encode_record(key, edit), code_of(decode_record));
  expect_damage_is_found(key, encode_record(key, record_at(9, Create{"hello"})),
                         code_of(decode_record));
  expect_damage_is_found(key, encode_record(key, record_at(9, Delete{})), code_of(decode_record));
  expect_damage_is_found(key, encode_record(key, edit), code_of(decode_extent));
  const std::vector<Record> two = {edit, record_at(10, Delete{})};
  std::vector<Record> many;
  for (std::uint64_t i = 0; i < 100; ++i) many.push_back(record_at(9 + i, edit.change));
  for (const std::string& segment :
       {encode_segment(key, two, Effort::kNone), encode_segment(key, many, Effort::kThorough)}) {
    expect_damage_is_found(key, segment, code_of(decode_entry));
    expect_damage_is_found(key, segment, code_of(decode_extent));
  }
  expect_damage_is_found(key, encode_chain(key, kChain), code_of(decode_chain));
  expect_damage_is_found(key, encode_checkpoint(key, {9, true, ot::Rope("hello"), 77}, kChain),
                         code_of(decode_checkpoint));
  expect_damage_is_found(key, encode_head(key, {1, 2, 0, true, 3, 4, 5}), code_of(decode_head));
  expect_damage_is_found(key, encode_source(key, {300, 2}), code_of(decode_source));
}

}  // namespace
}  // namespace cowrite::storage
