// A long text comes out whole, piece by piece.
#include "server/protocol/pieced_text.h"

#include <gtest/gtest.h>

#include "server/protocol/json_writer.h"
#include "server/protocol/limits.h"

namespace cowrite::protocol {
namespace {

// All of it, and whether each piece was as long as it may be.
std::string joined(PiecedText text) {
  std::string all;
  for (bool more = true; more;) {
    const std::size_t before = all.size();
    more = text.next(all);
    EXPECT_LE(all.size() - before, kPieceBytes + kPieceBytesOver);
    if (more) {
      EXPECT_GE(all.size() - before, kPieceBytes);
    }
  }
  EXPECT_EQ(text.bytes_left(), 0U);
  return all;
}

TEST(PiecedText, ATextIsItsPieces) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += i % 3 == 0 ? "\u00e9" : "x\u0001";
  EXPECT_EQ(joined(PiecedText(ot::Rope(text))), text);
  EXPECT_EQ(joined(PiecedText(ot::Rope())), "");
}

TEST(PiecedText, TextsStandEscapedInTheirPlacesOfTheJson) {
  const std::string long_text(100'000, '\x01');
  JsonWriter json;
  json.begin_object().name("a").text(ot::Rope("say \"hi\"")).name("b").text(ot::Rope(long_text));
  json.integer("c", 3).name("d").text(ot::Rope()).end_object();
  std::string escaped;
  for (std::size_t i = 0; i < long_text.size(); ++i) escaped += "\\u0001";
  EXPECT_EQ(joined(json.take_pieces()),
            R"({"a":"say \"hi\"","b":")" + escaped + R"(","c":3,"d":""})");
}

TEST(PiecedText, JsonThatIsPutIntoAnotherKeepsItsTexts) {
  JsonWriter inner{std::string()};
  inner.name("x").text(ot::Rope("in"));
  JsonWriter outer;
  outer.begin_object().begin_object("data").raw(std::move(inner)).end_object().end_object();
  EXPECT_EQ(outer.take_pieces().take(), R"({"data":{"x":"in"}})");
}

TEST(PiecedText, WhatIsLeftIsKnown) {
  PiecedText text(ot::Rope(std::string(100'000, 'x')));
  EXPECT_EQ(text.bytes_left(), 100'000U);
  std::string piece;
  EXPECT_TRUE(text.next(piece));
  EXPECT_EQ(text.bytes_left(), 100'000 - piece.size());
}

}  // namespace
}  // namespace cowrite::protocol
