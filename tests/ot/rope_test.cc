#include "ot/rope/rope.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/ot/rope_inspector.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

// The text itself, the slow and obvious way.
struct PlainText {
  std::u32string code_points;

  [[nodiscard]] std::string utf8() const { return to_utf8(code_points); }
  [[nodiscard]] std::uint64_t size() const { return code_points.size(); }
};

struct Pair {
  Rope rope;
  PlainText plain;

  void insert(std::uint64_t position, const std::string& text) {
    rope.insert(position, text);
    plain.code_points.insert(position, to_code_points(text));
  }
  void erase(std::uint64_t position, std::uint64_t count) {
    rope.erase(position, count);
    plain.code_points.erase(position, count);
  }
  void expect_equal() const {
    RopeInspector::check(rope);
    ASSERT_EQ(rope.code_points(), plain.size());
    ASSERT_EQ(rope.to_string(), plain.utf8());
  }
};

// One edit, mostly small, sometimes of several leaves; places cluster so that leaves fill and
// empty.
void edit(Random& random, Pair& pair) {
  const std::uint64_t length = pair.plain.size();
  const std::uint64_t position = random.below(3) == 0 ? length / 2 : random.below(length + 1);
  const std::uint64_t size = random.below(20) == 0 ? random.below(5'000) : random.below(60);
  if (random.below(2) == 0) {
    pair.insert(position, random.text(size));
  } else {
    pair.erase(position, std::min(size, length - position));
  }
}

std::uint64_t utf16_units_of(std::u32string_view text) {
  return text.size() + static_cast<std::uint64_t>(std::count_if(
                           text.begin(), text.end(), [](char32_t c) { return c > 0xFFFF; }));
}

TEST(Rope, IsEmptyAtFirst) {
  const Rope rope;
  EXPECT_TRUE(rope.empty());
  EXPECT_EQ(rope.bytes(), 0U);
  EXPECT_EQ(rope.lines(), 1U);
  EXPECT_EQ(rope.to_string(), "");
  EXPECT_EQ(rope, Rope(""));
}

TEST(Rope, CountsBytesCodePointsUtf16UnitsAndLines) {
  const Rope rope("a\né😀\r\n");
  EXPECT_EQ(rope.bytes(), 10U);
  EXPECT_EQ(rope.code_points(), 6U);
  EXPECT_EQ(rope.utf16_units(), 7U);
  EXPECT_EQ(rope.lines(), 3U);
}

TEST(Rope, InsertsAndErasesByCodePoints) {
  Rope rope("a😀b");
  rope.insert(2, "é");
  EXPECT_EQ(rope.to_string(), "a😀éb");
  rope.erase(1, 2);
  EXPECT_EQ(rope.to_string(), "ab");
  rope.erase(0, 2);
  EXPECT_TRUE(rope.empty());
  rope.insert(0, "x");
  EXPECT_EQ(rope.to_string(), "x");
}

TEST(Rope, GivesSubstringsByCodePoints) {
  const Rope rope("a😀éb");
  EXPECT_EQ(rope.substring(1, 2), "😀é");
  EXPECT_EQ(rope.substring(4, 0), "");
  EXPECT_EQ(rope.substring(0, 4), "a😀éb");
}

TEST(Rope, IsEmptyAfterItWasMovedFrom) {
  Rope rope("abc");
  const Rope moved = std::move(rope);
  EXPECT_EQ(moved.to_string(), "abc");
  EXPECT_EQ(rope.bytes(), 0U);  // NOLINT(bugprone-use-after-move)
  rope.insert(0, "x");
  EXPECT_EQ(rope.to_string(), "x");
}

TEST(Rope, KeepsZeroBytesAsText) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(Rope(text).to_string(), text);
}

TEST(Rope, AnswersABadPositionByEndingTheProcess) {
  Rope rope("abc");
  EXPECT_DEATH(rope.insert(4, "x"), "CHECK failed");
  EXPECT_DEATH(rope.erase(2, 2), "CHECK failed");
  EXPECT_DEATH((void)rope.substring(4, 0), "CHECK failed");
}

TEST(Rope, PlacesInsideACodePointCountAsItsBeginning) {
  const Rope rope("a😀b");
  EXPECT_EQ(rope.convert(2, Unit::kUtf16, Unit::kCodePoint), 1U);
  EXPECT_EQ(rope.convert(3, Unit::kByte, Unit::kUtf16), 1U);
  EXPECT_EQ(rope.convert(5, Unit::kByte, Unit::kUtf16), 3U);
}

TEST(Rope, LinesBeginAfterLineFeeds) {
  const Rope rope("é\n\nab");
  EXPECT_EQ(rope.convert(0, Unit::kLine, Unit::kCodePoint), 0U);
  EXPECT_EQ(rope.convert(1, Unit::kLine, Unit::kCodePoint), 2U);
  EXPECT_EQ(rope.convert(2, Unit::kLine, Unit::kByte), 4U);
  EXPECT_EQ(rope.convert(1, Unit::kCodePoint, Unit::kLine), 0U);
  EXPECT_EQ(rope.convert(2, Unit::kCodePoint, Unit::kLine), 1U);
  EXPECT_EQ(rope.convert(5, Unit::kCodePoint, Unit::kLine), 2U);
}

TEST(Rope, ConvertsEveryPositionOfAText) {
  Random random(1);
  const std::string text = random.text(4'000);
  const Rope rope(text);
  const std::u32string code_points = to_code_points(text);
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  for (std::size_t position = 0; position <= code_points.size(); ++position) {
    const std::uint64_t units =
        utf16_units_of(std::u32string_view(code_points).substr(0, position));
    ASSERT_EQ(rope.convert(position, Unit::kCodePoint, Unit::kByte), bytes);
    ASSERT_EQ(rope.convert(bytes, Unit::kByte, Unit::kCodePoint), position);
    ASSERT_EQ(rope.convert(position, Unit::kCodePoint, Unit::kUtf16), units);
    ASSERT_EQ(rope.convert(units, Unit::kUtf16, Unit::kCodePoint), position);
    ASSERT_EQ(rope.convert(position, Unit::kCodePoint, Unit::kLine), lines);
    if (position == code_points.size()) break;
    bytes += to_utf8(std::u32string_view(code_points).substr(position, 1)).size();
    if (code_points[position] == '\n') {
      ++lines;
      ASSERT_EQ(rope.convert(lines, Unit::kLine, Unit::kCodePoint), position + 1);
    }
  }
}

TEST(Rope, LoadsTextsOfEverySizeAroundALeaf) {
  for (std::size_t length = 0; length < 4'000; length += 7) {
    for (const std::string letter : {"x", "中", "😀"}) {
      std::string text;
      for (std::size_t n = 0; n < length; ++n) text += letter;
      const Rope rope(text);
      RopeInspector::check(rope);
      ASSERT_EQ(rope.to_string(), text);
    }
  }
}

TEST(Rope, TakesALeafOfTextIntoAFullLeaf) {
  for (const std::string filler : {"a", "é", "中", "😀"}) {
    const auto filled = [&filler](std::size_t bytes) {
      std::string text(bytes % filler.size(), 'x');
      while (text.size() < bytes) text += filler;
      return text;
    };
    for (std::size_t leaf = 930; leaf <= 1'010; ++leaf) {
      for (std::size_t inserted = 930; inserted <= 1'010; inserted += 3) {
        Pair pair;
        for (const std::size_t part : {leaf - 500, std::size_t{500}}) pair.insert(0, filled(part));
        pair.insert(pair.plain.size() / 2, filled(inserted));
        ASSERT_NO_FATAL_FAILURE(pair.expect_equal()) << inserted << " bytes into " << leaf;
      }
    }
  }
}

TEST(Rope, EqualsAPlainStringAfterRandomEdits) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string start = random.text(random.below(20'000));
    Pair pair{Rope(start), {to_code_points(start)}};
    for (int step = 0; step < 300; ++step) {
      edit(random, pair);
      if (step % 10 != 0) continue;
      ASSERT_NO_FATAL_FAILURE(pair.expect_equal()) << "step " << step;
    }
    ASSERT_NO_FATAL_FAILURE(pair.expect_equal());
    const std::uint64_t position = random.below(pair.plain.size() + 1);
    const std::uint64_t count = random.below(pair.plain.size() - position + 1);
    ASSERT_EQ(pair.rope.substring(position, count),
              to_utf8(pair.plain.code_points.substr(position, count)));
    ASSERT_EQ(pair.rope, Rope(pair.plain.utf8()));
  }
}

// Characters typed, and dropped on either side, where the last one was; now and then elsewhere.
void strike(Random& random, Pair& pair, std::uint64_t& place) {
  const std::uint64_t length = pair.plain.size();
  if (random.below(50) == 0) place = random.below(length + 1);
  const std::uint64_t key = random.below(10);
  if (key < 5) {
    pair.insert(place++, random.below(2) == 0 ? "x" : random.text(1));
  } else if (key < 8 && place > 0) {
    pair.erase(--place, 1);
  } else if (place < length) {
    pair.erase(place, 1);
  }
}

TEST(Rope, EqualsAPlainStringAfterEveryKeystroke) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string start = random.text(random.below(3'000));
    Pair pair{Rope(start), {to_code_points(start)}};
    std::uint64_t place = 0;
    for (int step = 0; step < 2'000; ++step) {
      strike(random, pair, place);
      // Before the tree's own sizes are asked for.
      ASSERT_EQ(pair.rope.code_points(), pair.plain.size()) << "step " << step;
      ASSERT_EQ(pair.rope.utf16_units(), utf16_units_of(pair.plain.code_points));
      ASSERT_EQ(pair.rope.lines(),
                static_cast<std::uint64_t>(std::ranges::count(pair.plain.code_points, U'\n')) + 1);
      if (step % 25 != 0) continue;
      ASSERT_NO_FATAL_FAILURE(pair.expect_equal()) << "step " << step;
    }
    ASSERT_NO_FATAL_FAILURE(pair.expect_equal());
  }
}

TEST(Rope, DroppingCharacterByCharacterInEitherDirectionEmptiesIt) {
  for (const std::string letter : {"x", "\n", "é", "中", "😀"}) {
    for (const std::uint64_t step_back : {0U, 1U}) {
      Pair pair;
      for (std::uint64_t typed = 0; typed < 3'000; ++typed) pair.insert(typed, letter);
      std::uint64_t place = 1'500;
      while (pair.plain.size() > 0) {
        // At an end of the text, from the other side.
        place = std::clamp<std::uint64_t>(place, step_back, pair.plain.size() - 1 + step_back);
        place -= step_back;
        pair.erase(place, 1);
        if (pair.plain.size() % 100 != 0) continue;
        ASSERT_NO_FATAL_FAILURE(pair.expect_equal());
      }
      EXPECT_TRUE(pair.rope.empty());
    }
  }
}

TEST(Rope, ACopyMadeBetweenKeystrokesKeepsItsText) {
  Rope rope(std::string(5'000, 'x'));
  std::vector<Rope> copies;
  std::vector<std::string> texts;
  for (std::uint64_t place = 2'000; place < 2'020; ++place) {
    rope.insert(place, "é");
    if (place % 2 == 0) rope.erase(place, 1);
    if (place % 3 == 0) rope.erase(place, 1);
    copies.push_back(rope);
    texts.push_back(rope.to_string());
  }
  for (std::size_t i = 0; i < copies.size(); ++i) EXPECT_EQ(copies[i].to_string(), texts[i]);
}

TEST(Rope, TypingAtOnePlaceLeavesWellFilledLeaves) {
  for (const std::uint64_t at : {0U, 10'000U, 20'000U}) {
    Rope rope(std::string(20'000, 'x'));
    for (std::uint64_t typed = 0; typed < 100'000; ++typed) rope.insert(at + typed, "y");
    RopeInspector::check(rope);
    EXPECT_LE(RopeInspector::count_leaves(rope) * kLeafBytes, rope.bytes() * 4 / 3);
  }
}

TEST(Rope, NodesMergeWhenTheyEmpty) {
  Rope rope(std::string(1'000'000, 'x'));
  Random random(1);
  while (rope.code_points() > 500) rope.erase(random.below(rope.code_points()), 1);
  RopeInspector::check(rope);
  EXPECT_LE(RopeInspector::count_leaves(rope), 4U);
  EXPECT_LE(RopeInspector::height(rope), 1U);
}

TEST(Rope, EqualTextsAreEqualWhateverTheTree) {
  Rope typed;
  for (std::uint64_t n = 0; n < 5'000; ++n) typed.insert(n, "é");
  std::string text = typed.to_string();
  EXPECT_EQ(typed, Rope(text));
  text[text.size() - 1] =
      static_cast<char>(text[text.size() - 1] + 1);  // Another letter of the same size.
  EXPECT_NE(typed, Rope(text));
  EXPECT_NE(typed, Rope(text + "x"));
}

TEST(Rope, ACopyKeepsItsTextWhileTheOriginalIsEdited) {
  Random random(7);
  const std::string start = random.text(50'000);
  Pair pair{Rope(start), {to_code_points(start)}};
  std::vector<Pair> copies;
  for (int step = 0; step < 400; ++step) {
    if (step % 40 == 0) copies.push_back(pair);
    edit(random, pair);
    if (step % 100 == 99) edit(random, copies.front());
  }
  pair.expect_equal();
  for (const Pair& copy : copies) copy.expect_equal();
}

TEST(Rope, AnEditOfACopySharesAllOtherLeaves) {
  const Rope original(std::string(100'000, 'x'));
  Rope copy = original;
  EXPECT_EQ(RopeInspector::count_shared_leaves(original, copy),
            RopeInspector::count_leaves(original));
  copy.insert(50'000, "y");
  EXPECT_GE(RopeInspector::count_shared_leaves(original, copy) + 2,
            RopeInspector::count_leaves(original));
}

// For ThreadSanitizer above all: copies are read and dropped on another thread while the original
// is edited.
TEST(Rope, CopiesMayBeReadOnOtherThreads) {
  Random random(3);
  const std::string start = random.text(30'000);
  Pair pair{Rope(start), {to_code_points(start)}};
  std::vector<std::thread> readers;
  std::vector<std::string> read(20);
  std::vector<std::string> expected(20);
  for (std::size_t reader = 0; reader < read.size(); ++reader) {
    expected[reader] = pair.plain.utf8();
    readers.emplace_back([copy = pair.rope, &text = read[reader]]() mutable {
      text = copy.to_string();
      copy.insert(copy.code_points() / 2, "the reader's own");
      copy = Rope();
    });
    for (int step = 0; step < 50; ++step) edit(random, pair);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(read, expected);
  pair.expect_equal();
}

}  // namespace
}  // namespace cowrite::ot
