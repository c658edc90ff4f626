#include "ot/attribution.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/ot/notation.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

using Removed = Attribution::Removed;
constexpr std::uint64_t kNobody = Attribution::kNobody;

// One code point of a text, and what happened to it.
struct Letter {
  char32_t code_point = 0;
  std::uint64_t inserted = 0;
  std::uint64_t removed = kNobody;

  friend bool operator==(const Letter&, const Letter&) = default;
};

// The slow and obvious way: every code point that ever was, in a row.
class Letters {
 public:
  void apply(const Operation& operation, std::uint64_t index) {
    std::size_t next = 0;
    for (const Component& component : operation) {
      if (component.kind == Kind::kInsert) {
        next = first_alive(next);
        for (const char32_t code_point : to_code_points(component.text)) {
          all_.insert(all_.begin() + static_cast<std::ptrdiff_t>(next++), {code_point, index});
        }
        continue;
      }
      for (std::uint64_t i = 0; i < component.length; ++i) {
        next = first_alive(next);
        if (component.kind == Kind::kDelete) all_[next].removed = index;
        ++next;
      }
    }
  }

  [[nodiscard]] const std::vector<Letter>& all() const { return all_; }
  [[nodiscard]] std::vector<Letter> alive() const {
    std::vector<Letter> result;
    for (const Letter& letter : all_) {
      if (letter.removed == kNobody) result.push_back(letter);
    }
    return result;
  }

 private:
  [[nodiscard]] std::size_t first_alive(std::size_t next) const {
    while (next < all_.size() && all_[next].removed != kNobody) ++next;
    return next;
  }

  std::vector<Letter> all_;
};

std::vector<Letter> letters_of(const Attribution& attribution) {
  std::vector<Letter> result;
  attribution.for_each([&](const Attribution::Span& span) {
    for (const char32_t code_point : to_code_points(attribution.text_of(span))) {
      result.push_back({code_point, span.inserted, span.removed});
    }
  });
  return result;
}

// "hel:1 p:2 -lo:1/2": the text of each span, who inserted it, and who removed it.
std::string described(const Attribution& attribution) {
  std::string words;
  attribution.for_each([&](const Attribution::Span& span) {
    if (!words.empty()) words += ' ';
    if (!span.alive()) words += '-';
    words += attribution.text_of(span) + ":" + std::to_string(span.inserted);
    if (!span.alive()) words += "/" + std::to_string(span.removed);
  });
  return words;
}

std::string described(const std::vector<std::string_view>& operations) {
  Attribution attribution(Removed::kKept);
  std::uint64_t index = 0;
  for (const std::string_view operation : operations) {
    EXPECT_TRUE(attribution.apply(op(operation), ++index));
  }
  return described(attribution);
}

TEST(Attribution, OfAnEmptyTextIsEmpty) {
  const Attribution attribution(Removed::kKept);
  EXPECT_EQ(attribution.length(), 0U);
  EXPECT_EQ(described(attribution), "");
}

TEST(Attribution, AnInsertDividesWhatItStandsIn) {
  EXPECT_EQ(described({"'hello'", "2 'XY'"}), "he:1 XY:2 llo:1");
  EXPECT_EQ(described({"'hello'", "'X'", "6 'Y'"}), "X:2 hello:1 Y:3");
}

TEST(Attribution, WhatIsRemovedStaysWhereItStood) {
  EXPECT_EQ(described({"'hello'", "3 'p' -2"}), "hel:1 p:2 -lo:1/2");
  EXPECT_EQ(described({"'hello'", "1 -3", "1 -1"}), "h:1 -ell:1/2 -o:1/3");
  EXPECT_EQ(described({"'hello'", "-5"}), "-hello:1/2");
}

TEST(Attribution, TextIsInsertedBehindWhatWasRemovedThere) {
  EXPECT_EQ(described({"'hello'", "1 -3", "1 'a'"}), "h:1 -ell:1/2 a:3 o:1");
  EXPECT_EQ(described({"'hello'", "1 -3 'a'"}), "h:1 -ell:1/2 a:2 o:1");
  EXPECT_EQ(described({"'ab'", "-2", "'c'"}), "-ab:1/2 c:3");
}

TEST(Attribution, OneOperationsInsertsSideBySideAreOneSpan) {
  Attribution attribution(Removed::kForgotten);
  ASSERT_TRUE(attribution.apply(op("'ab'"), 1));
  ASSERT_TRUE(attribution.apply(op("1 'x'"), 2));
  ASSERT_TRUE(attribution.apply(op("2 'y'"), 2));
  EXPECT_EQ(attribution.spans(), 3U);
}

TEST(Attribution, AnOperationBeyondTheTextIsRefusedAndChangesNothing) {
  Attribution attribution(Removed::kKept);
  ASSERT_TRUE(attribution.apply(op("'ab'"), 1));
  for (const std::string_view notation : {"3 'x'", "'x' -3", "1 -2"}) {
    const Result<void> applied = attribution.apply(op(notation), 2);
    ASSERT_FALSE(applied) << notation;
    EXPECT_EQ(applied.error().code, kErrOperationNotApplied);
    EXPECT_EQ(described(attribution), "ab:1");
  }
}

// Compares with the slow way after every operation.
void expect_like_letters(std::uint64_t seed, std::size_t operations) {
  Random random(seed);
  Letters letters;
  Attribution kept(Removed::kKept);
  Attribution forgotten(Removed::kForgotten);
  for (std::size_t index = 0; index < operations; ++index) {
    const Operation operation = random.operation(kept.length());
    letters.apply(operation, index);
    ASSERT_TRUE(kept.apply(operation, index));
    ASSERT_TRUE(forgotten.apply(operation, index));
    ASSERT_EQ(letters_of(kept), letters.all()) << "seed " << seed << ", operation " << index;
    ASSERT_EQ(kept.length(), letters.alive().size());
    std::vector<std::uint64_t> authors;
    forgotten.for_each([&](const Attribution::Span& span) {
      ASSERT_TRUE(span.alive());
      authors.insert(authors.end(), span.length, span.inserted);
    });
    std::vector<std::uint64_t> expected;
    for (const Letter& letter : letters.alive()) expected.push_back(letter.inserted);
    ASSERT_EQ(authors, expected) << "seed " << seed << ", operation " << index;
  }
}

TEST(Attribution, IsThatOfEveryCodePointAlone) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) expect_like_letters(seed, 40);
}

TEST(Attribution, IsThatOfEveryCodePointAloneOverManyChunks) {
  for (std::uint64_t seed = 500; seed < 503; ++seed) expect_like_letters(seed, 1'000);
}

// Scattered edits of single code points: chunks are divided, emptied and joined.
TEST(Attribution, KeepsItsSumsWhileChunksComeAndGo) {
  Random random(7);
  Letters letters;
  Attribution attribution(Removed::kForgotten);
  const auto edit = [&](std::uint64_t index, Operation operation) {
    letters.apply(operation, index);
    ASSERT_TRUE(attribution.apply(operation, index));
  };
  std::uint64_t index = 0;
  for (const bool grows : {true, false, true}) {
    for (int i = 0; i < 4'000; ++i) {
      const std::uint64_t length = attribution.length();
      OperationBuilder builder;
      if (grows || length == 0) {
        builder.retain(random.below(length + 1)).insert("x");
      } else {
        builder.retain(random.below(length)).erase(1);
      }
      edit(index++, std::move(builder).build());
    }
    std::vector<std::uint64_t> found;
    attribution.for_each([&](const Attribution::Span& span) {
      found.insert(found.end(), span.length, span.inserted);
    });
    std::vector<std::uint64_t> expected;
    for (const Letter& letter : letters.alive()) expected.push_back(letter.inserted);
    ASSERT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace cowrite::ot
