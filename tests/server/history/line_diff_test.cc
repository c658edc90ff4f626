#include "server/history/line_diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cowrite::history {
namespace {

using Numbers = std::vector<std::uint32_t>;
using Changes = std::vector<LineChange>;

std::size_t edits(const Changes& changes) {
  std::size_t count = 0;
  for (const LineChange& change : changes) count += change.before_count + change.after_count;
  return count;
}

// The changes lead from one list to the other, in order, with equal lines between them.
void expect_valid(const Numbers& before, const Numbers& after, const Changes& changes) {
  std::size_t x = 0;
  std::size_t y = 0;
  for (const LineChange& change : changes) {
    ASSERT_LE(change.before_begin + change.before_count, before.size());
    ASSERT_LE(change.after_begin + change.after_count, after.size());
    ASSERT_GT(change.before_count + change.after_count, 0U);
    if (&change != &changes.front()) {
      ASSERT_GT(change.before_begin, x);
    }
    for (; x < change.before_begin; ++x, ++y) ASSERT_EQ(before[x], after[y]);
    ASSERT_EQ(y, change.after_begin);
    x += change.before_count;
    y += change.after_count;
  }
  ASSERT_EQ(before.size() - x, after.size() - y);
  for (; x < before.size(); ++x, ++y) ASSERT_EQ(before[x], after[y]);
}

// The fewest edits there can be, by the slow and obvious way.
std::size_t fewest_edits(const Numbers& before, const Numbers& after) {
  std::vector<std::size_t> row(after.size() + 1);
  for (std::size_t y = 0; y <= after.size(); ++y) row[y] = y;
  for (const std::uint32_t line : before) {
    std::size_t corner = row[0]++;
    for (std::size_t y = 1; y <= after.size(); ++y) {
      const std::size_t above = row[y];
      row[y] = line == after[y - 1] ? corner : std::min(above, row[y - 1]) + 1;
      corner = above;
    }
  }
  return row.back();
}

TEST(LineDiff, EqualListsHaveNoChanges) {
  EXPECT_EQ(diff_lines(Numbers{}, Numbers{}), Changes{});
  EXPECT_EQ(diff_lines(Numbers{1, 2, 1}, Numbers{1, 2, 1}), Changes{});
}

TEST(LineDiff, FindsWhatWasReplaced) {
  EXPECT_EQ(diff_lines(Numbers{1, 2, 3}, Numbers{1, 4, 5, 3}), (Changes{{1, 1, 1, 2}}));
  EXPECT_EQ(diff_lines(Numbers{}, Numbers{7}), (Changes{{0, 0, 0, 1}}));
  EXPECT_EQ(diff_lines(Numbers{7, 8}, Numbers{}), (Changes{{0, 2, 0, 0}}));
  EXPECT_EQ(diff_lines(Numbers{1, 2, 3, 4, 5}, Numbers{2, 3, 9, 4, 5, 6}),
            (Changes{{0, 1, 0, 0}, {3, 0, 2, 1}, {5, 0, 5, 1}}));
}

TEST(LineDiff, IsShortestForEveryPairOfSmallLists) {
  const auto list = [](std::size_t length, std::size_t number) {
    Numbers lines;
    for (; lines.size() < length; number /= 3) {
      lines.push_back(static_cast<std::uint32_t>(number % 3));
    }
    return lines;
  };
  const std::size_t counts[] = {1, 3, 9, 27, 81};
  for (std::size_t n = 0; n < 5; ++n) {
    for (std::size_t m = 0; m < 5; ++m) {
      for (std::size_t i = 0; i < counts[n]; ++i) {
        for (std::size_t j = 0; j < counts[m]; ++j) {
          const Numbers before = list(n, i);
          const Numbers after = list(m, j);
          const Changes changes = diff_lines(before, after);
          expect_valid(before, after, changes);
          ASSERT_EQ(edits(changes), fewest_edits(before, after));
        }
      }
    }
  }
}

TEST(LineDiff, IsShortestForRandomLists) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    std::mt19937_64 random(seed);
    const auto letters = static_cast<std::uint32_t>(1 + random() % 20);
    Numbers before(random() % 80);
    Numbers after(random() % 80);
    for (Numbers* list : {&before, &after}) {
      for (std::uint32_t& line : *list) line = static_cast<std::uint32_t>(random() % letters);
    }
    const Changes changes = diff_lines(before, after);
    expect_valid(before, after, changes);
    ASSERT_EQ(edits(changes), fewest_edits(before, after)) << "seed " << seed;
  }
}

// A search without a bound takes minutes for the first.
TEST(LineDiff, ListsWithLittleInCommonAreComparedInBoundedTime) {
  for (const std::uint32_t letters : {2U, 50U, 100'000U}) {
    std::mt19937_64 random(letters);
    Numbers before(1'000'000);
    Numbers after(1'000'000);
    for (Numbers* list : {&before, &after}) {
      for (std::uint32_t& line : *list) line = static_cast<std::uint32_t>(random() % letters);
    }
    expect_valid(before, after, diff_lines(before, after));
  }
}

}  // namespace
}  // namespace cowrite::history
