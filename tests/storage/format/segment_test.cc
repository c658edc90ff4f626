// Segments: the records come back, whatever they are; typing takes a few bytes; what no encoder
// makes is refused.
#include "storage/format/segment.h"

#include <gtest/gtest.h>

#include <array>
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

Effort effort_of(std::uint32_t seed) { return static_cast<Effort>(seed % 3); }

TEST(Segment, WhateverTheRecordsAreTheyComeBack) {
  const std::string key = version_key(3, kFirst);
  for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
    const std::vector<Record> records = random_records(seed);
    const std::string value = encode_segment(key, records, effort_of(seed));
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

// Somebody types words and takes a letter back now and then.
std::vector<Record> typing(std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<Record> records(count);
  std::int64_t time_ms = 1'700'000'000'000;
  std::uint64_t cursor = 5'000;
  for (std::size_t i = 0; i < records.size(); ++i) {
    time_ms += 80 + static_cast<std::int64_t>(random() % 221);
    ot::OperationBuilder operation;
    if (random() % 20 == 0) {
      operation.retain(--cursor).erase(1);
    } else {
      operation.retain(cursor++).insert(std::string(1, "etaoin shrdlu"[random() % 13]));
    }
    records[i] = {kFirst + i, "0123456789abcdef0123456789abcdef", i + 1, "Anonymous Otter",
                  time_ms,    Edit{std::move(operation).build()}};
  }
  return records;
}

TEST(Segment, TypingTakesAByteARecordBesideItsTextAndHalfAByteMore) {
  const std::string key = version_key(3, kFirst);
  const std::vector<Record> records = typing(kSegmentRecords);
  EXPECT_LE(encode_segment(key, records, Effort::kNone).size(), 4 * records.size());
  // The intervals have 7.8 bits, the letters 3.7, and the shapes 0.3.
  const std::size_t thorough = encode_segment(key, records, Effort::kThorough).size();
  EXPECT_LE(8 * thorough, 13 * records.size());
  EXPECT_LE(thorough, encode_segment(key, records, Effort::kQuick).size());
}

// Two people at places of their own, each of whom moves the other's text.
TEST(Segment, WhoTypesInTurnsWithOthersIsFoundAtTheSamePlace) {
  const std::string key = version_key(3, kFirst);
  std::vector<Record> records(1'000);
  std::array<std::uint64_t, 2> places = {10'000, 700};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::size_t who = i / 3 % 2;
    records[i] = {
        kFirst + i,
        who == 0 ? "ann" : "ben",
        1 + i / 6 * 3 + i % 3,
        "",
        1'000,
        Edit{std::move(ot::OperationBuilder().retain(places[who]++).insert("x")).build()}};
    if (who == 1) ++places[0];
  }
  const std::string value = encode_segment(key, records, Effort::kQuick);
  EXPECT_EQ(*decode_entry(key, value), records);
  EXPECT_LE(value.size(), 200U);
}

// A segment with a right checksum whose parts are given by hand.
std::string by_hand(RecordTag tag, const std::string& key, char count,
                    const std::vector<std::string>& columns) {
  std::string value = {static_cast<char>(tag), count, 2, 2};  // At time 1.
  for (const std::string& column : columns) {
    tag == RecordTag::kOldSegment ? put_string(column, value)
                                  : put_column(column, Effort::kNone, value);
  }
  put_checksum(key, value);
  return value;
}

bool is_refused(const std::string& key, const std::string& value) {
  const Result<std::vector<Record>> records = decode_entry(key, value);
  return !records && records.error().code == kErrDamaged;
}

TEST(Segment, WhatNoEncoderMakesIsRefused) {
  using namespace std::string_literals;
  const std::string key = version_key(3, kFirst);
  // Intervals, bits, writers, who, sequences, shapes, cursors, places, lengths, rest, texts.
  const std::vector<std::string> good = {"\0\0"s, "",    "\1s\1a"s, "\0"s, "\0"s, "\240\1"s,
                                         "",      "\2"s, "",        "",    "x"};
  const Result<std::vector<Record>> taken =
      decode_entry(key, by_hand(RecordTag::kSegment, key, 2, good));
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->back().change,
            (Change(Edit{operation_of({{ot::Kind::kRetain, 1}, {ot::Kind::kDelete, 1}})})));
  const auto refused_all = [&](const std::vector<std::pair<std::size_t, std::string>>& changes) {
    std::vector<std::string> columns = good;
    for (const auto& [column, bytes] : changes) columns[column] = bytes;
    return is_refused(key, by_hand(RecordTag::kSegment, key, 2, columns));
  };
  const auto refused = [&](std::size_t column, const std::string& bytes) {
    return refused_all({{column, bytes}});
  };
  EXPECT_TRUE(refused(0, "\1\0"s)) << "another time than the segment's first";
  EXPECT_TRUE(refused(0, "\0\1"s)) << "another time than the segment's last";
  EXPECT_TRUE(refused(0, "\0\370"s)) << "no such size of an interval";
  EXPECT_TRUE(refused(0, "\0\0\0"s)) << "more intervals than records";
  EXPECT_TRUE(refused(1, "\0"s)) << "bits that no interval has";
  EXPECT_TRUE(refused(2, "\1s"s)) << "a writer cut off";
  EXPECT_TRUE(refused(2, "\1s\1a\1t\1b"s)) << "a writer who wrote nothing";
  EXPECT_TRUE(refused_all({{2, "\1s\1a\1s\1a"s}, {3, "\0\1"s}, {4, "\0\0"s}, {5, "\240\201"s}}))
      << "a writer who has two numbers";
  EXPECT_TRUE(refused(3, "\1"s)) << "an unknown writer";
  EXPECT_TRUE(refused(3, "\0\0"s)) << "more writers than records that name one";
  EXPECT_TRUE(refused_all({{3, "\0\0"s}, {4, "\0\0"s}, {5, "\240\201"s}}))
      << "the expected writer and sequence, named";
  EXPECT_TRUE(refused(5, "\40\1"s)) << "a first record without a writer";
  EXPECT_TRUE(refused(5, "\240\2"s)) << "a replace without its text";
  EXPECT_TRUE(refused(5, "\240\11"s)) << "a cursor that is not there";
  EXPECT_TRUE(refused_all({{5, "\240\31"s}, {6, "\0"s}})) << "a cursor that its shape could name";
  EXPECT_TRUE(refused_all({{5, "\240\31"s}, {6, "\5"s}})) << "a cursor that is not there";
  EXPECT_TRUE(refused(5, "\240\45"s)) << "a delete with a place";
  EXPECT_TRUE(refused(7, "\0"s)) << "a place at the cursor that is said not to be";
  EXPECT_TRUE(refused(7, "\1"s)) << "a place before the text";
  EXPECT_TRUE(refused_all({{5, "\340\1"s}, {8, "\1"s}})) << "a length of one in the column";
  EXPECT_TRUE(refused_all({{5, "\340\1"s}, {8, "\0"s}})) << "an empty insert";
  EXPECT_TRUE(refused_all({{5, "\340\1"s}, {8, "\2"s}})) << "a text cut off";
  EXPECT_TRUE(refused(10, "\xFF"s)) << "a text that is not UTF-8";
  EXPECT_TRUE(refused(10, "xy"s)) << "more text than was inserted";
  for (const char count : {'\0', '\1', '\3'}) {
    EXPECT_TRUE(is_refused(key, by_hand(RecordTag::kSegment, key, count, good))) << "not so many";
  }
  EXPECT_TRUE(refused_all({{5, "\203\1"s}, {7, ""}, {9, "\1\5x"s}, {10, ""}}))
      << "an edit in one place among the others";
}

TEST(Segment, OfEarlierReleasesIsRead) {
  using namespace std::string_literals;
  const std::string key = version_key(3, kFirst);
  // Writers, who, sequences, times, shapes, places, lengths, rest, texts.
  const std::vector<std::string> good = {"\1s\1a"s, "\0\0\0"s,   "\0\0\2"s, "\0\0\0"s,   "\0\1\2"s,
                                         "\6\1\0"s, "\2\1\1\2"s, "",        "\xC3\xA9x"s};
  const auto edit = [](std::uint64_t place, std::string_view text, std::uint64_t erased) {
    return Edit{std::move(ot::OperationBuilder().retain(place).insert(text).erase(erased)).build()};
  };
  EXPECT_EQ(*decode_entry(key, by_hand(RecordTag::kOldSegment, key, 3, good)),
            (std::vector<Record>{{kFirst, "s", 1, "a", 1, edit(3, "é", 0)},
                                 {kFirst + 1, "s", 2, "a", 1, edit(3, "", 1)},
                                 {kFirst + 2, "s", 4, "a", 1, edit(3, "x", 2)}}));
  EXPECT_EQ(decode_extent(key, by_hand(RecordTag::kOldSegment, key, 3, good))->to, kFirst + 3);
}

TEST(Segment, OfEarlierReleasesIsRefusedIfTheyDidNotMakeIt) {
  using namespace std::string_literals;
  const std::string key = version_key(3, kFirst);
  // Writers, who, sequences, times, shapes, places, lengths, rest, texts.
  const std::vector<std::string> good = {"\1s\1a"s, "\0"s, "\0"s, "\0"s, "\0"s,
                                         "\2"s,     "\1"s, "",    "x"};
  ASSERT_TRUE(decode_entry(key, by_hand(RecordTag::kOldSegment, key, 1, good)));
  const auto refused = [&](std::size_t column, const std::string& bytes) {
    std::vector<std::string> columns = good;
    columns[column] = bytes;
    const Result<std::vector<Record>> records =
        decode_entry(key, by_hand(RecordTag::kOldSegment, key, 1, columns));
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
  EXPECT_FALSE(decode_entry(key, by_hand(RecordTag::kOldSegment, key, 0, good))) << "no records";
  EXPECT_FALSE(decode_entry(key, by_hand(RecordTag::kOldSegment, key, 2, good)))
      << "fewer records than it says";
  // A splice among the other operations has two encodings; this one is not taken.
  std::vector<std::string> twice = good;
  twice[4] = "\3"s;
  twice[5] = twice[6] = twice[8] = "";
  twice[7] = "\1\5x"s;
  EXPECT_FALSE(decode_entry(key, by_hand(RecordTag::kOldSegment, key, 1, twice)));
}

TEST(Segment, RecordsOfKindsThatComeLaterAreNoDamage) {
  using namespace std::string_literals;
  const std::string key = version_key(3, kFirst);
  for (const char shape : {'\6', '\7'}) {
    const std::string value = by_hand(
        RecordTag::kOldSegment, key, 1,
        {"\1s\1a"s, "\0"s, "\0"s, "\0"s, std::string(1, shape), "", "", "\4type\7content"s, ""});
    EXPECT_EQ(decode_entry(key, value).error().code, kErrNewerKind);
    EXPECT_EQ(decode_extent(key, value)->to, kFirst + 1);
    const std::string newer = by_hand(
        RecordTag::kSegment, key, 1,
        {"\0"s, "", "\1s\1a"s, "\0"s, "\0"s, std::string(1, static_cast<char>(shape | '\200')), "",
         "", "", "\4type\7content"s, ""});
    EXPECT_EQ(decode_entry(key, newer).error().code, kErrNewerKind);
    EXPECT_EQ(decode_extent(key, newer)->to, kFirst + 1);
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
