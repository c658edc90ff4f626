// Who is sent the same text at a time shares its pieces, within a bound.
#include "server/protocol/escaped_texts.h"

#include <gtest/gtest.h>

#include <string>

#include "server/protocol/json_writer.h"
#include "server/protocol/limits.h"
#include "server/protocol/pieced_text.h"

namespace cowrite::protocol {
namespace {

ot::Rope long_text(std::size_t bytes = 500'000) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += i % 50 == 0 ? '"' : static_cast<char>('a' + i % 26);
  return ot::Rope(text);
}

PiecedText message_with(const ot::Rope& text) {
  JsonWriter json;
  json.begin_object().name("data").text(text).end_object();
  return json.take_pieces();
}

class EscapedTextsTest : public ::testing::Test {
 protected:
  std::string all_of(PiecedText& message) {
    std::string all;
    for (bool more = true; more;) {
      const std::size_t before = all.size();
      more = message.next(all, texts_.get());
      EXPECT_LE(all.size() - before, kPieceBytes + kPieceBytesOver);
    }
    return all;
  }
  void bound(std::size_t bytes) { texts_ = std::make_shared<EscapedTexts>(bytes, counts_); }

  EscapedTextCounts counts_;
  std::shared_ptr<EscapedTexts> texts_ =
      std::make_shared<EscapedTexts>(std::size_t{4} << 20, counts_);
};

TEST_F(EscapedTextsTest, WhatIsSharedIsWhatEachWouldHaveMade) {
  const ot::Rope text = long_text();
  PiecedText first = message_with(text);
  PiecedText second = message_with(text);
  std::string begin_of_first;
  std::string begin_of_second;
  ASSERT_TRUE(first.next(begin_of_first, texts_.get()));
  ASSERT_TRUE(second.next(begin_of_second, texts_.get()));
  const std::string expected = message_with(text).take();
  EXPECT_EQ(begin_of_first + all_of(first), expected);
  const std::uint64_t made = counts_.made.value();
  EXPECT_EQ(begin_of_second + all_of(second), expected);
  // The first was alone as it was sent the first piece.
  EXPECT_EQ(counts_.made.value(), made) << "all that follows was found";
  EXPECT_EQ(counts_.found.value(), made - 2);
}

TEST_F(EscapedTextsTest, WhoIsAloneLeavesNothing) {
  PiecedText message = message_with(long_text());
  std::string all;
  while (message.next(all, texts_.get())) EXPECT_EQ(counts_.bytes.value(), 0U);
  EXPECT_EQ(counts_.found.value(), 0U);
}

TEST_F(EscapedTextsTest, AnEditedTextIsAnother) {
  ot::Rope text = long_text();
  PiecedText before = message_with(text);
  text.insert(0, "new ");
  PiecedText after = message_with(text);
  std::string begin_of_before;
  std::string begin_of_after;
  ASSERT_TRUE(before.next(begin_of_before, texts_.get()));
  ASSERT_TRUE(after.next(begin_of_after, texts_.get()));
  EXPECT_EQ(begin_of_after.substr(0, 13), R"({"data":"new )");
  EXPECT_EQ(counts_.found.value(), 0U);
}

TEST_F(EscapedTextsTest, PiecesAreForgottenWithTheLastWhoIsSentTheirText) {
  const ot::Rope text = long_text();
  {
    PiecedText first = message_with(text);
    PiecedText second = message_with(text);
    std::string out;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(first.next(out, texts_.get()));
      ASSERT_TRUE(second.next(out, texts_.get()));
    }
    EXPECT_GT(counts_.bytes.value(), kPieceBytes);
  }
  EXPECT_EQ(counts_.bytes.value(), 0U);
}

TEST_F(EscapedTextsTest, BeyondTheBoundThePiecesLeaveThatWereUsedLongestAgo) {
  bound(4 * (kPieceBytes + kPieceBytesOver));
  const ot::Rope text = long_text();
  PiecedText first = message_with(text);
  PiecedText second = message_with(text);
  std::string out;
  ASSERT_TRUE(second.next(out, texts_.get()));
  const std::string expected = message_with(text).take();
  std::string all;
  while (first.next(all, texts_.get())) {
    EXPECT_LE(counts_.bytes.value(), 4 * (kPieceBytes + kPieceBytesOver));
  }
  EXPECT_EQ(all, expected);
  EXPECT_EQ(out + all_of(second), expected);
}

TEST_F(EscapedTextsTest, SeveralTextsOfOneMessageAreShared) {
  const ot::Rope one = long_text();
  const ot::Rope two = long_text(100'000);
  const auto bulk = [&] {
    JsonWriter json;
    json.begin_object().name("a").text(one).name("b").text(two).name("c").text(ot::Rope("x"));
    return json.end_object().take_pieces();
  };
  PiecedText first = bulk();
  PiecedText second = bulk();
  std::string out;
  ASSERT_TRUE(second.next(out, texts_.get()));
  const std::string expected = bulk().take();
  EXPECT_EQ(all_of(first), expected);
  EXPECT_EQ(out + all_of(second), expected);
}

}  // namespace
}  // namespace cowrite::protocol
