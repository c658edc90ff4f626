// RocksDbLog as a document meets it: appends, their outcomes, and what is there after a restart.
#include "storage/rocksdb_log.h"

#include <gtest/gtest.h>

#include <future>
#include <limits>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

TEST(RocksDbLog, WhatWasAppendedIsReadInOrder) {
  const auto log = open_in_memory();
  Author author({"docs", "readme"});
  author.create("hello").insert(5, " world").erase(0, 1);
  EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  author.insert(0, "J").remove();
  EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);

  EXPECT_EQ(*log->history().records(author.key(), 0, 100, kNoLimit), author.records());
  EXPECT_EQ(log->history().info(author.key())->value().version, 5U);
}

TEST(RocksDbLog, ABatchThatExpectsAnotherVersionIsAConflictAndWritesNothing) {
  const auto log = open_in_memory();
  Author author({"docs", "readme"});
  author.create("hello");
  ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);

  Author rival({"docs", "readme"});
  rival.create("hello");
  EXPECT_EQ(append(*log, rival.take()), AppendOutcome::kConflict);  // Behind.
  rival.insert(0, "x").insert(0, "y");
  EXPECT_EQ(append(*log, rival.take()), AppendOutcome::kCommitted);
  rival.insert(0, "z");
  static_cast<void>(rival.take());
  rival.insert(0, "z");
  EXPECT_EQ(append(*log, rival.take()), AppendOutcome::kConflict);  // Ahead.
  EXPECT_EQ(log->history().info(author.key())->value().version, 3U);
}

}  // namespace
}  // namespace cowrite::storage
