// The laws of the algebra: on everything small, then on random operations.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ot/compose.h"
#include "ot/encoding.h"
#include "ot/invert.h"
#include "ot/normalize.h"
#include "ot/transform.h"
#include "tests/ot/notation.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

constexpr std::uint64_t kSeeds = 50'000;

// The first code points of it are the small texts.
const std::string kSmallText = "a😀b";

std::string small_text(std::size_t length) {
  return to_utf8(std::u32string_view(to_code_points(kSmallText)).substr(0, length));
}

std::uint64_t length_of(const std::string& text) { return to_code_points(text).size(); }

Operation without_delete_texts(const Operation& operation) {
  OperationBuilder builder;
  for (const Component& component : operation) {
    builder.append(component.kind == Kind::kDelete ? Component{Kind::kDelete, component.length, {}}
                                                   : component);
  }
  return std::move(builder).build();
}

void expect_transform_converges(const std::string& text, const Operation& a, const Operation& b) {
  const Operation a_left = transform(a, b, Side::kLeft);
  const Operation b_right = transform(b, a, Side::kRight);
  ASSERT_TRUE(is_normal(a_left) && is_normal(b_right)) << to_notation(a) << " | " << to_notation(b);
  ASSERT_EQ(plain_apply(plain_apply(text, a), b_right), plain_apply(plain_apply(text, b), a_left))
      << to_notation(a) << " | " << to_notation(b);
}

void expect_compose_is_step_by_step(const std::string& text, const Operation& a,
                                    const Operation& b) {
  const Operation both = compose(a, b);
  ASSERT_TRUE(is_normal(both)) << to_notation(a) << " | " << to_notation(b);
  ASSERT_EQ(plain_apply(text, both), plain_apply(plain_apply(text, a), b))
      << to_notation(a) << " | " << to_notation(b);
}

void expect_invert_takes_back(const std::string& text, const Operation& a) {
  const Result<Operation> inverse = invert(a, Rope(text));
  ASSERT_TRUE(inverse.has_value()) << to_notation(a);
  ASSERT_TRUE(is_normal(*inverse)) << to_notation(a);
  ASSERT_EQ(plain_apply(plain_apply(text, a), *inverse), text) << to_notation(a);
}

void expect_encoding_round_trips(const Operation& a) {
  std::string bytes;
  encode(a, bytes);
  std::string_view rest = bytes;
  const Result<Operation> decoded = decode(rest);
  ASSERT_TRUE(decoded.has_value()) << to_notation(a);
  ASSERT_EQ(*decoded, a);
  ASSERT_TRUE(rest.empty());
}

TEST(Laws, TransformConvergesOnAllSmallOperations) {
  for (std::size_t length = 0; length <= 3; ++length) {
    const std::vector<Operation> as = all_operations(length, 2, 'p');
    const std::vector<Operation> bs = all_operations(length, 2, 'x');
    for (const Operation& a : as) {
      for (const Operation& b : bs) {
        ASSERT_NO_FATAL_FAILURE(expect_transform_converges(small_text(length), a, b));
      }
    }
  }
}

TEST(Laws, ComposeIsStepByStepOnAllSmallOperations) {
  for (std::size_t length = 0; length <= 2; ++length) {
    const std::string text = small_text(length);
    for (const Operation& a : all_operations(length, 2, 'p')) {
      for (const Operation& b : all_operations(length_of(plain_apply(text, a)), 1, 'x')) {
        ASSERT_NO_FATAL_FAILURE(expect_compose_is_step_by_step(text, a, b));
      }
    }
  }
}

TEST(Laws, ComposeIsAssociativeOnAllSmallOperations) {
  for (std::size_t length = 0; length <= 2; ++length) {
    const std::string text = small_text(length);
    for (const Operation& a : all_operations(length, 1, 'p')) {
      const std::string after_a = plain_apply(text, a);
      for (const Operation& b : all_operations(length_of(after_a), 1, 'u')) {
        const std::string after_b = plain_apply(after_a, b);
        for (const Operation& c : all_operations(length_of(after_b), 1, 'x')) {
          const std::string after_c = plain_apply(after_b, c);
          ASSERT_EQ(compose(compose(a, b), c), compose(a, compose(b, c)));
          ASSERT_EQ(plain_apply(text, compose(compose(a, b), c)), after_c);
        }
      }
    }
  }
}

TEST(Laws, InvertTakesAllSmallOperationsBack) {
  for (std::size_t length = 0; length <= 3; ++length) {
    for (const Operation& a : all_operations(length, 2, 'p')) {
      ASSERT_NO_FATAL_FAILURE(expect_invert_takes_back(small_text(length), a));
    }
  }
}

TEST(Laws, EncodingsOfAllSmallOperationsRoundTrip) {
  for (const Operation& a : all_operations(3, 2, 'p')) {
    ASSERT_NO_FATAL_FAILURE(expect_encoding_round_trips(a));
  }
}

TEST(Laws, ApplyOnRopesEqualsPlainApplyOnAllSmallOperations) {
  for (std::size_t length = 0; length <= 3; ++length) {
    for (const Operation& a : all_operations(length, 2, 'p')) {
      ASSERT_EQ(rope_apply(small_text(length), a), plain_apply(small_text(length), a))
          << to_notation(a);
    }
  }
}

TEST(Laws, TransformConvergesOnRandomOperations) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string text = random.text(random.below(20));
    const std::uint64_t length = length_of(text);
    ASSERT_NO_FATAL_FAILURE(expect_transform_converges(text, random.normal_operation(length),
                                                       random.normal_operation(length)));
  }
}

TEST(Laws, ComposeIsStepByStepAndAssociativeOnRandomOperations) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string text = random.text(random.below(20));
    const Operation a = random.operation(length_of(text));
    const std::string after_a = plain_apply(text, a);
    const Operation b = random.operation(length_of(after_a));
    const std::string after_b = plain_apply(after_a, b);
    const Operation c = random.operation(length_of(after_b));
    ASSERT_NO_FATAL_FAILURE(expect_compose_is_step_by_step(text, a, b));
    const Operation all = compose(compose(a, b), c);
    ASSERT_EQ(plain_apply(text, all), plain_apply(after_b, c));
    ASSERT_EQ(without_delete_texts(all), without_delete_texts(compose(a, compose(b, c))));
  }
}

TEST(Laws, ApplyNormalizeAndEncodingAgreeOnRandomOperations) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string text = random.text(random.below(20));
    const Operation a = random.operation(length_of(text));
    ASSERT_EQ(rope_apply(text, a), plain_apply(text, a)) << to_notation(a);
    ASSERT_EQ(plain_apply(text, normalize(a)), plain_apply(text, a)) << to_notation(a);
    ASSERT_TRUE(is_normal(normalize(a))) << to_notation(a);
    ASSERT_NO_FATAL_FAILURE(expect_encoding_round_trips(a));
  }
}

TEST(Laws, InvertTakesRandomOperationsBack) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string text = random.text(random.below(20));
    const Operation a = without_delete_texts(random.operation(length_of(text)));
    ASSERT_NO_FATAL_FAILURE(expect_invert_takes_back(text, a));
    // The inverse carries the texts of its deletes, and so takes itself back without a text.
    const Operation inverse = invert(a, Rope(text)).value();
    const Result<Operation> again = invert(inverse);
    ASSERT_TRUE(again.has_value());
    ASSERT_EQ(plain_apply(text, *again), plain_apply(text, a));
  }
}

}  // namespace
}  // namespace cowrite::ot
