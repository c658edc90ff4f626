// The law of the rebase composition: over it, an operation goes as over its parts.
#include "ot/rebase_composition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ot/compose.h"
#include "ot/normalize.h"
#include "ot/transform.h"
#include "tests/ot/notation.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

constexpr std::uint64_t kSeeds = 100'000;

Shape shape_of(const Operation& operation) {
  Shape shape;
  append_shape(operation, shape);
  return shape;
}

Shape compose_shapes(const Shape& first, const Shape& second) {
  Shape both;
  rebase_compose(first, second, both);
  return both;
}

// As in notation.h, with the letter x for each inserted code point.
std::string to_notation(const Shape& shape) {
  OperationBuilder builder;
  for (const ShapeComponent component : shape) {
    if (component.kind() == Kind::kInsert) {
      builder.insert(std::string(component.length(), 'x'));
    } else {
      builder.append({component.kind(), component.length(), {}});
    }
  }
  return to_notation(std::move(builder).build());
}

std::string composed(std::string_view first, std::string_view second) {
  return to_notation(compose_shapes(shape_of(op(first)), shape_of(op(second))));
}

Operation one_by_one(Operation operation, const std::vector<Operation>& others) {
  for (const Operation& other : others) operation = transform(operation, other, Side::kLeft);
  return operation;
}

std::string describe(const Operation& operation, const std::vector<Operation>& others) {
  std::string text = to_notation(operation) + " over";
  for (const Operation& other : others) text += " | " + to_notation(other);
  return text;
}

std::uint64_t length_after(std::uint64_t length, const Operation& operation) {
  for (const Component& component : operation) {
    if (component.kind == Kind::kInsert) length += component.length;
    if (component.kind == Kind::kDelete) length -= component.length;
  }
  return length;
}

// Composes neighbours in a random order until one is left.
Shape compose_in_any_bracketing(const std::vector<Operation>& operations, Random& random) {
  std::vector<Shape> shapes;
  for (const Operation& operation : operations) shapes.push_back(shape_of(operation));
  while (shapes.size() > 1) {
    const auto left = static_cast<std::ptrdiff_t>(random.below(shapes.size() - 1));
    const auto at = shapes.begin() + left;
    *at = compose_shapes(*at, *(at + 1));
    shapes.erase(at + 1);
  }
  return shapes.front();
}

TEST(RebaseComposition, PutsAnInsertBehindWhatWasDeletedThere) {
  EXPECT_EQ(composed("-1", "'y'"), "-1 'x'");
  EXPECT_EQ(composed("-1 'a'", "'y'"), "-1 'xx'");
  EXPECT_EQ(composed("'a' -1", "1 'y'"), "'x' -1 'x'");
  EXPECT_EQ(composed("2 -3", "2 'yy' -1"), "2 -3 'xx' -1");
}

TEST(RebaseComposition, ComposesWhatTheFirstKeptInsertedAndDeleted) {
  EXPECT_EQ(composed("", ""), "");
  EXPECT_EQ(composed("3 'abc'", ""), "3 'xxx'");
  EXPECT_EQ(composed("", "3 'abc'"), "3 'xxx'");
  EXPECT_EQ(composed("1 'abc'", "2 -1"), "1 'xx'");
  EXPECT_EQ(composed("1 'abc'", "-4"), "-1");
  EXPECT_EQ(composed("1 'abc' 2 -2", "1 'z' 5 -1"), "1 'xxxx' 2 -3");
}

TEST(RebaseComposition, IsNotCompose) {
  // Deleted behind, then inserted in front of it: what came behind the deleted text stays left.
  const Operation a = op("-1");
  const Operation b = op("'y'");
  const Operation c = op("1 'Z'");
  EXPECT_EQ(one_by_one(c, {a, b}), op("'Z'"));
  EXPECT_EQ(transform(c, compose_shapes(shape_of(a), shape_of(b))), op("'Z'"));
  EXPECT_EQ(transform(c, compose(a, b), Side::kLeft), op("1 'Z'"));
}

TEST(RebaseComposition, GoesAsOverBothPartsOnAllSmallOperations) {
  for (std::uint64_t length = 0; length <= 2; ++length) {
    const std::vector<Operation> cs = all_operations(length, 2, 'p');
    for (const Operation& a : all_operations(length, 1, 'a')) {
      for (const Operation& b : all_operations(length_after(length, a), 1, 'x')) {
        const Shape both = compose_shapes(shape_of(a), shape_of(b));
        for (const Operation& c : cs) {
          ASSERT_EQ(transform(c, both), one_by_one(c, {a, b})) << describe(c, {a, b});
        }
      }
    }
  }
}

TEST(RebaseComposition, GoesAsOverBothPartsOnAllSmallEditsWithTwoInserts) {
  const std::vector<Operation> cs = all_operations(2, 1, 'p');
  for (const Operation& a : all_operations(2, 2, 'a')) {
    for (const Operation& b : all_operations(length_after(2, a), 1, 'x')) {
      const Shape both = compose_shapes(shape_of(a), shape_of(b));
      for (const Operation& c : cs) {
        ASSERT_EQ(transform(c, both), one_by_one(c, {a, b})) << describe(c, {a, b});
      }
    }
  }
}

TEST(RebaseComposition, GoesAsOneByOneInAnyBracketing) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::uint64_t length = random.below(12);
    // Sometimes reaching beyond the end, as what is submitted may.
    const Operation c = random.normal_operation(length + random.below(3));
    std::vector<Operation> others;
    for (std::uint64_t count = 2 + random.below(7); count > 0; --count) {
      others.push_back(random.operation(length));
      length = length_after(length, others.back());
    }
    OperationBuilder plain;  // Texts of some deletes and not of others are outside of the law.
    for (const Component& component : c) {
      plain.append(component.kind == Kind::kDelete ? Component{Kind::kDelete, component.length, {}}
                                                   : component);
    }
    const Operation submitted = std::move(plain).build();
    ASSERT_EQ(transform(submitted, compose_in_any_bracketing(others, random)),
              one_by_one(submitted, others))
        << describe(submitted, others);
  }
}

// Short edits with something kept between them, many or few.
Operation scattered(Random& random, std::uint64_t length) {
  OperationBuilder builder;
  const std::uint64_t density = 1 + random.below(12);
  for (std::uint64_t at = random.below(density); at < length; at += 1 + random.below(density)) {
    builder.retain(1 + random.below(density));
    at += density;
    if (random.below(2) == 0) {
      builder.insert(random.text(1 + random.below(3)));
    } else if (at < length) {
      builder.erase(std::min(length - at, 1 + random.below(3)));
      at += 3;
    }
  }
  return std::move(builder).build();
}

TEST(RebaseComposition, GoesAsOneByOneOverManyScatteredEdits) {
  for (std::uint64_t seed = 1; seed <= kSeeds / 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::uint64_t length = 20 + random.below(100);
    const Operation c = scattered(random, length);
    std::vector<Operation> others;
    for (std::uint64_t count = 2 + random.below(6); count > 0; --count) {
      others.push_back(scattered(random, length));
      length = length_after(length, others.back());
    }
    ASSERT_EQ(transform(c, compose_in_any_bracketing(others, random)), one_by_one(c, others))
        << describe(c, others);
  }
}

TEST(RebaseComposition, KeepsTheTextsOfDeletesWhereAllAreKnown) {
  for (std::uint64_t seed = 1; seed <= kSeeds / 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::uint64_t length = 6 + random.below(6);
    OperationBuilder builder;
    for (const Component& component : random.normal_operation(length)) {
      if (component.kind == Kind::kDelete) {
        builder.erase_text(random.text(component.length));
      } else {
        builder.append(component);
      }
    }
    const Operation c = std::move(builder).build();
    std::vector<Operation> others;
    for (std::uint64_t count = 2 + random.below(4); count > 0; --count) {
      others.push_back(random.operation(length));
      length = length_after(length, others.back());
    }
    ASSERT_EQ(transform(c, compose_in_any_bracketing(others, random)), one_by_one(c, others))
        << describe(c, others);
  }
}

TEST(RebaseComposition, OverOperationsAsReceivedWhatIsInNormalFormGoesAsOverTheirNormalForm) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::uint64_t length = random.below(12);
    const Operation c = random.normal_operation(length);
    const Operation other = random.operation(length);
    ASSERT_EQ(transform(c, other, Side::kLeft), transform(c, normalize(other), Side::kLeft))
        << describe(c, {other});
    ASSERT_EQ(transform(c, shape_of(other)), transform(c, other, Side::kLeft));
  }
}

TEST(RebaseComposition, WhatIsNotInNormalFormGoesOtherwise) {
  const Operation c = op("'a' 'b'");
  const Operation other = op("'x' 'y'");
  EXPECT_EQ(transform(c, other, Side::kLeft), op("'a' 1 'b'"));
  EXPECT_EQ(transform(c, normalize(other), Side::kLeft), op("'a' 2 'b'"));
}

TEST(RebaseComposition, LandmarksChangeNothing) {
  for (std::uint64_t seed = 1; seed <= kSeeds / 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Shape other;
    ShapeBuilder builder(other);
    for (std::size_t i = random.below(400); i > 0; --i) {
      builder.append(static_cast<Kind>(random.below(3)), 1 + random.below(4));
    }
    builder.finish();
    const std::vector<Landmark> landmarks = make_landmarks(other);
    for (int i = 0; i < 20; ++i) {
      OperationBuilder far;
      for (std::uint64_t parts = random.below(5); parts > 0; --parts) {
        far.retain(random.below(200)).insert("Z").retain(random.below(3)).erase(random.below(3));
      }
      const Operation c = std::move(far).build();
      ASSERT_EQ(transform(c, other, landmarks), transform(c, other)) << to_notation(c);
    }
  }
}

TEST(Shape, LengthsThatDoNotFitTakeSeveralComponents) {
  const std::uint64_t longest = ShapeComponent::kLengthMax;
  Shape shape;
  ShapeBuilder builder(shape);
  builder.append(Kind::kRetain, 2 * longest + 5);
  builder.append(Kind::kRetain, longest);
  builder.append(Kind::kDelete, longest);
  builder.append(Kind::kDelete, 1);
  builder.append(Kind::kRetain, 3 * longest);
  builder.finish();
  EXPECT_EQ(shape, (Shape{{Kind::kRetain, longest},
                          {Kind::kRetain, longest},
                          {Kind::kRetain, longest},
                          {Kind::kRetain, 5},
                          {Kind::kDelete, longest},
                          {Kind::kDelete, 1}}));
  const Operation c =
      std::move(OperationBuilder().retain(3 * longest + 5).erase(2).retain(longest).insert("Z"))
          .build();
  const Operation other = std::move(OperationBuilder().retain(2 * longest + 1).erase(2)).build();
  EXPECT_EQ(transform(c, shape_of(other)), transform(c, other, Side::kLeft));
  EXPECT_EQ(transform(c, shape),
            std::move(OperationBuilder().retain(3 * longest + 6).insert("Z")).build());
}

}  // namespace
}  // namespace cowrite::ot
