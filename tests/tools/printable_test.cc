#include "tools/cli/printable.h"

#include <gtest/gtest.h>

#include <clocale>
#include <random>

#include "ot/base/utf8.h"

namespace cowrite::cli {
namespace {

TEST(Printable, OrdinaryTextStaysAsItIs) {
  for (const char* text :
       {"", "notes", "a \"b\" \\c", "né", "日本", "👩‍👩‍👧", "שלום", "a\u00A0b"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, WhatATerminalWouldObeyIsWrittenOut) {
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable(std::string_view("\0\a\b\x7f", 4)), "\\x00\\x07\\x08\\u007f");
  EXPECT_EQ(printable("\u009B31m"), "\\u009b31m");  // CSI in one character.
  EXPECT_EQ(printable("\u2028\u2029"), "\\u2028\\u2029");
}

TEST(Printable, MarksThatTurnTheDirectionOfWritingAreWrittenOut) {
  EXPECT_EQ(printable("evil\u202Etxt.exe"), "evil\\u202etxt.exe");
  EXPECT_EQ(printable("\u2066a\u2069\u200F\u061C"), "\\u2066a\\u2069\\u200f\\u061c");
}

TEST(Printable, BytesThatAreNotUtf8AreWrittenOut) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
}

TEST(Printable, WhateverComesInWhatGoesOutIsHarmless) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (std::uint32_t size = random() % 8; size > 0; --size) {
      bytes.push_back(static_cast<char>(random()));
    }
    for (const std::string& out : {printable(bytes), quoted(bytes, 5)}) {
      ASSERT_TRUE(ot::utf8::is_valid(out)) << "round " << round;
      for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        ASSERT_TRUE(byte >= 0x20 && byte != 0x7f) << "round " << round;
        ASSERT_FALSE(byte == 0xC2 && static_cast<unsigned char>(out[i + 1]) < 0xA0)
            << "round " << round;
      }
    }
  }
}

TEST(Printable, AWholeTextKeepsItsLinesAndTabs) {
  EXPECT_EQ(printable_lines("a\tb\nc\r\nd\n"), "a\tb\nc\r\nd\n");
  EXPECT_EQ(printable_lines("seen\rhidden"), "seen\\rhidden");
  EXPECT_EQ(printable_lines("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(printable_lines("\u200Fשלום"), "\u200Fשלום");
}

TEST(Printable, AQuotationIsCutAfterSoManyCodePoints) {
  EXPECT_EQ(quoted("hello", 5), "\"hello\"");
  EXPECT_EQ(quoted("hello!", 5), "\"hello…\"");
  EXPECT_EQ(quoted("😀😀😀", 2), "\"😀😀…\"");
  EXPECT_EQ(quoted("", 5), "\"\"");
  EXPECT_EQ(quoted("say \"\\n\"\n", 40), "\"say \\\"\\\\n\\\"\\n\"");
}

TEST(Printable, ColumnsAreThoseOfATerminal) {
  ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  EXPECT_EQ(columns("notes"), 5U);
  EXPECT_EQ(columns("né"), 2U);
  EXPECT_EQ(columns("ne\u0301"), 2U);
  EXPECT_EQ(columns("日本"), 4U);
  EXPECT_EQ(columns("😀"), 2U);
}

}  // namespace
}  // namespace cowrite::cli
