// Who is sent the same text at a time shares its pieces, within a bound.
#include "server/protocol/escaped_texts.h"

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <utility>
#include <vector>

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

// ---- Made apart

// What is to be done apart waits until a test does it.
class PiecesMadeApartTest : public EscapedTextsTest {
 protected:
  void bound(std::size_t bytes) {
    texts_ = std::make_shared<EscapedTexts>(bytes, counts_,
                                            [this](storage::Payer payer, auto work, auto done) {
                                              EXPECT_EQ(payer, kPayer);
                                              apart_.push_back({std::move(work), std::move(done)});
                                            });
  }
  void SetUp() override { bound(std::size_t{4} << 20); }

  bool prepare(PiecedText& message) {
    return message.prepare(*texts_, kPayer, [this] { ++ready_; });
  }
  void work_apart() {
    for (Apart& one : std::exchange(apart_, {})) {
      one.work();
      one.done();
    }
  }
  // All that is left, as a connection takes it.
  std::string take(PiecedText& message) {
    std::string all;
    for (bool more = true; more;) {
      if (!prepare(message)) work_apart();
      more = message.next(all, texts_.get());
    }
    return all;
  }

  static constexpr auto kPayer = static_cast<storage::Payer>(7);
  struct Apart {
    EscapedTexts::Work work;
    EscapedTexts::Work done;
  };
  std::vector<Apart> apart_;
  int ready_ = 0;
};

TEST_F(PiecesMadeApartTest, NoPieceOfALongTextIsMadeByWhoIsSentIt) {
  PiecedText message = message_with(long_text());
  EXPECT_EQ(take(message), message_with(long_text()).take());
  EXPECT_EQ(counts_.made.value(), 0U);
  EXPECT_EQ(counts_.made_apart.value(), counts_.found.value());
  EXPECT_EQ(counts_.bytes.value(), 0U) << "nobody else is sent it";
}

TEST_F(PiecesMadeApartTest, AShortTextIsMadeAtOnce) {
  PiecedText message = message_with(long_text(kTextMadeApartBytes));
  EXPECT_TRUE(prepare(message));
  EXPECT_TRUE(apart_.empty());
}

TEST_F(PiecesMadeApartTest, AllWhoNeedAPieceThatIsBeingMadeWaitForIt) {
  const ot::Rope text = long_text();
  PiecedText first = message_with(text);
  PiecedText second = message_with(text);
  EXPECT_FALSE(prepare(first));
  EXPECT_FALSE(prepare(second));
  EXPECT_EQ(apart_.size(), 1U);
  EXPECT_EQ(ready_, 0);
  work_apart();
  EXPECT_EQ(ready_, 2);
  const std::string expected = message_with(text).take();
  EXPECT_EQ(take(first), expected);
  EXPECT_EQ(take(second), expected);
  EXPECT_EQ(counts_.made.value(), 0U);
  EXPECT_EQ(counts_.found.value(), 2 * counts_.made_apart.value());
}

TEST_F(PiecesMadeApartTest, MoreAreMadeBeforeTheLastIsTaken) {
  PiecedText message = message_with(long_text(1'000'000));
  EXPECT_FALSE(prepare(message));
  work_apart();
  std::string out;
  for (std::size_t piece = 0; piece < kPiecesMadeAtOnce; ++piece) {
    EXPECT_TRUE(prepare(message)) << piece;
    ASSERT_TRUE(message.next(out, texts_.get()));
  }
  EXPECT_EQ(apart_.size(), 1U);
}

TEST_F(PiecesMadeApartTest, WhatIsMadeForOneWhoIsGoneIsForgotten) {
  {
    PiecedText message = message_with(long_text());
    EXPECT_FALSE(prepare(message));
  }
  work_apart();
  EXPECT_EQ(counts_.bytes.value(), 0U);
}

TEST_F(PiecesMadeApartTest, NobodyWaitsForWhatCouldNotBeGivenAway) {
  texts_ = std::make_shared<EscapedTexts>(std::size_t{4} << 20, counts_,
                                          [](auto, auto, auto) { throw std::bad_alloc(); });
  const ot::Rope text = long_text();
  PiecedText first = message_with(text);
  PiecedText second = message_with(text);
  for (PiecedText* const message : {&first, &second}) {
    EXPECT_THROW((void)prepare(*message), std::bad_alloc);
  }
  EXPECT_EQ(all_of(first), message_with(text).take());
}

// As those do who do not take what is ahead of them.
TEST_F(PiecesMadeApartTest, WhereTooMuchIsAheadOneIsMadeForWhoWaitsAndThenNone) {
  constexpr std::size_t kPiece = kPieceBytes + kPieceBytesOver;
  bound(2 * 4 * kPiecesMadeAtOnce * kPiece);
  const std::size_t ahead_max = 4 * kPiecesMadeAtOnce;
  std::vector<PiecedText> messages;
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < 2 * ahead_max; ++i) {
    messages.push_back(message_with(long_text()));
    waiting += prepare(messages.back()) ? 0 : 1;
  }
  EXPECT_EQ(waiting, 2 + 2 * kPiecesMadeAtOnce);
  work_apart();
  EXPECT_EQ(counts_.made_apart.value(), ahead_max);
  EXPECT_LE(counts_.bytes.value(), ahead_max * kPiece);
  // All are sent their texts all the same, and then there is room again.
  const std::string expected = message_with(long_text()).take();
  for (PiecedText& message : messages) ASSERT_EQ(take(message), expected);
  EXPECT_EQ(counts_.bytes.value(), 0U);
  PiecedText next = message_with(long_text());
  EXPECT_FALSE(prepare(next));
  work_apart();
  EXPECT_EQ(counts_.bytes.value() / kPiece, kPiecesMadeAtOnce);
}

}  // namespace
}  // namespace cowrite::protocol
