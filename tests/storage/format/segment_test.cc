// Segments: the records come back, whatever they are; typing takes a few bytes; what no encoder
// makes is refused.
#include "storage/format/segment.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "storage/errors.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"

namespace cowrite::storage {
namespace {

constexpr std::uint64_t kFirst = 1'000;

ot::Operation operation_of(const std::vector<ot::Component>& components) {
  return ot::Operation::from_components(components).value();
}

// Any change: splices for the most part, and whatever else there is.
Change random_change(std::mt19937_64& random) {
  const std::uint64_t place = random() % 4 == 0 ? random() % ot::kLengthMax : random() % 100;
  switch (random() % 10) {
    case 0:
      return Delete{};
    case 1:
      return Create{random() % 2 == 0 ? "" : "aé😀"};
    case 2:
      return Edit{};
    case 3:
      return Edit{operation_of({{ot::Kind::kDelete, 1, "x"}})};
    case 4:
      return Edit{operation_of({{ot::Kind::kInsert, 1, "x"}, {ot::Kind::kInsert, 1, "y"}})};
    case 5:
      return Edit{std::move(ot::OperationBuilder().insert("a").retain(3).erase(1)).build()};
    case 6:
    case 7:
      return Edit{std::move(ot::OperationBuilder().retain(place).erase(1 + random() % 3)).build()};
    case 8:
      return Edit{std::move(ot::OperationBuilder().retain(place).insert("é").erase(2)).build()};
    default:
      return Edit{std::move(ot::OperationBuilder().retain(place).insert("é😀")).build()};
  }
}

std::vector<Record> random_records(std::uint32_t seed) {
  std::mt19937_64 random(seed);
  const std::vector<std::string> names = {"", "ann", "ben", std::string("\0\xFF", 2)};
  std::int64_t time_ms = random() % 8 == 0 ? std::numeric_limits<std::int64_t>::min() : 1'000;
  std::vector<Record> records(1 + random() % 60);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (random() % 50 == 0) {
      time_ms = std::numeric_limits<std::int64_t>::max();
    } else if (time_ms < std::numeric_limits<std::int64_t>::max()) {
      time_ms += static_cast<std::int64_t>(random() % 500);
    }
    records[i] = {kFirst + i,
                  names[random() % names.size()],
                  random() % 3 == 0 ? random() : i,
                  names[random() % names.size()],
                  time_ms,
                  random_change(random)};
  }
  return records;
}

TEST(Segment, WhateverTheRecordsAreTheyComeBack) {
  const std::string key = version_key(3, kFirst);
  for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
    const std::vector<Record> records = random_records(seed);
    const std::string value = encode_segment(key, records);
    const Result<std::vector<Record>> back = decode_entry(key, value);
    ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().message;
    ASSERT_EQ(*back, records) << "seed " << seed;
    const Result<EntryExtent> extent = decode_extent(key, value);
    ASSERT_TRUE(extent) << "seed " << seed;
    EXPECT_EQ(extent->from, kFirst);
    EXPECT_EQ(extent->to, kFirst + records.size());
    EXPECT_EQ(extent->first_ms, records.front().time_ms);
    EXPECT_EQ(extent->last_ms, records.back().time_ms);
  }
}

TEST(Segment, TypingTakesAtMostEightBytesARecordBeforeItIsCompressed) {
  std::mt19937_64 random(1);
  std::vector<Record> records(kSegmentRecords);
  std::int64_t time_ms = 1'700'000'000'000;
  for (std::size_t i = 0; i < records.size(); ++i) {
    time_ms += 80 + static_cast<std::int64_t>(random() % 200);
    records[i] = {
        kFirst + i, "0123456789abcdef0123456789abcdef",
        i + 1,      "Anonymous Otter",
        time_ms,    Edit{std::move(ot::OperationBuilder().retain(5'000 + i).insert("x")).build()}};
  }
  const std::string key = version_key(3, kFirst);
  EXPECT_LE(encode_segment(key, records).size(), 8 * records.size() + 100);
}

// A segment with a right checksum whose parts are given by hand.
std::string by_hand(const std::string& key, char count, const std::vector<std::string>& columns) {
  std::string value = {static_cast<char>(RecordTag::kSegment), count, 2, 2};  // At time 1.
  for (const std::string& column : columns) put_string(column, value);
  put_checksum(key, value);
  return value;
}

TEST(Segment, WhatNoEncoderMakesIsRefused) {
  using namespace std::string_literals;
  const std::string key = version_key(3, kFirst);
  // Writers, who, sequences, times, shapes, places, lengths, rest, texts.
  const std::vector<std::string> good = {"\1s\1a"s, "\0"s, "\0"s, "\0"s, "\0"s,
                                         "\2"s,     "\1"s, "",    "x"};
  ASSERT_TRUE(decode_entry(key, by_hand(key, 1, good)));
  const auto refused = [&](std::size_t column, const std::string& bytes) {
    std::vector<std::string> columns = good;
    columns[column] = bytes;
    const Result<std::vector<Record>> records = decode_entry(key, by_hand(key, 1, columns));
    return !records && records.error().code == kErrDamaged;
  };
  EXPECT_TRUE(refused(0, "\1s"s)) << "a writer cut off";
  EXPECT_TRUE(refused(0, "\1s\1a\1t\1b"s)) << "a writer who wrote nothing";
  EXPECT_TRUE(refused(1, "\1"s)) << "an unknown writer";
  EXPECT_TRUE(refused(1, "\0\0"s)) << "more writers than records";
  EXPECT_TRUE(refused(3, "\1"s)) << "another time than the segment's first";
  EXPECT_TRUE(refused(4, "\10"s)) << "an unknown shape";
  EXPECT_TRUE(refused(4, "\2"s)) << "a replace without an erase";
  EXPECT_TRUE(refused(5, "\1"s)) << "a place before the text";
  EXPECT_TRUE(refused(6, "\0"s)) << "an empty insert";
  EXPECT_TRUE(refused(6, "\2"s)) << "a text cut off";
  EXPECT_TRUE(refused(8, "\xFF"s)) << "a text that is not UTF-8";
  EXPECT_TRUE(refused(8, "xy"s)) << "more text than was inserted";
  EXPECT_FALSE(decode_entry(key, by_hand(key, 0, good))) << "no records";
  EXPECT_FALSE(decode_entry(key, by_hand(key, 2, good))) << "fewer records than it says";
  // A splice among the other operations has two encodings; this one is not taken.
  std::vector<std::string> twice = good;
  twice[4] = "\3"s;
  twice[5] = twice[6] = twice[8] = "";
  twice[7] = "\1\5x"s;
  EXPECT_FALSE(decode_entry(key, by_hand(key, 1, twice)));
}

TEST(Segment, RecordsOfKindsThatComeLaterAreNoDamage) {
  using namespace std::string_literals;
  const std::string key = version_key(3, kFirst);
  for (const char shape : {'\6', '\7'}) {
    const std::string value = by_hand(
        key, 1,
        {"\1s\1a"s, "\0"s, "\0"s, "\0"s, std::string(1, shape), "", "", "\4type\7content"s, ""});
    EXPECT_EQ(decode_entry(key, value).error().code, kErrNewerKind);
    EXPECT_EQ(decode_extent(key, value)->to, kFirst + 1);
  }
  for (const char kind : {'\5', '\6'}) {
    std::string value = kind + "\2\1\1s\1a\4type\7content"s;  // At time 1.
    put_checksum(key, value);
    EXPECT_EQ(decode_entry(key, value).error().code, kErrNewerKind);
    EXPECT_EQ(decode_extent(key, value)->first_ms, 1);
    value[3] ^= 1;
    EXPECT_EQ(decode_entry(key, value).error().code, kErrDamaged);
  }
}

}  // namespace
}  // namespace cowrite::storage
