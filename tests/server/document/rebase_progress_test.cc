// Rebasing over recent records at once gives what rebasing over one record after the other gives.
#include "server/document/rebase_progress.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/document/limits.h"
#include "server/document/rebase.h"
#include "tests/ot/notation.h"
#include "tests/ot/samples.h"

namespace cowrite::document {
namespace {

RecordPtr record(std::uint64_t version, storage::Change change) {
  return std::make_shared<const storage::Record>(storage::Record{.version = version,
                                                                 .source = "s",
                                                                 .sequence = version,
                                                                 .author = {},
                                                                 .time_ms = 1,
                                                                 .change = std::move(change)});
}

// A document's history, its edits as received: merged or not, deletes with texts or without.
class Past {
 public:
  Past(std::uint64_t seed, std::uint64_t first) : random_(seed), recent_(first), first_(first) {}

  void grow(std::size_t records, bool only_edits) {
    for (; records > 0; --records) {
      lengths_.push_back(length_);
      const std::uint64_t kind = only_edits ? 2 : random_.below(60);
      if (kind == 0) {
        length_ = 0;
        add(storage::Delete{});
      } else if (kind == 1) {
        length_ = 10;
        add(storage::Create{random_.text(10)});
      } else {
        ot::Operation operation = random_.operation(length_);
        for (const ot::Component& component : operation) {
          if (component.kind == ot::Kind::kInsert) length_ += component.length;
          if (component.kind == ot::Kind::kDelete) length_ -= component.length;
        }
        add(storage::Edit{std::move(operation)});
      }
    }
  }

  storage::Change change_at(std::uint64_t version) {
    const std::uint64_t kind = random_.below(10);
    if (kind == 0) return storage::Delete{};
    if (kind == 1) return storage::Create{"new"};
    const std::uint64_t i = version - first_;
    return storage::Edit{random_.operation(i < lengths_.size() ? lengths_[i] : length_)};
  }

  void expect_same(const storage::Change& change, std::uint64_t from,
                   std::optional<std::uint64_t> own) {
    RebaseProgress rebasing(change, from);
    const std::uint64_t to = own.value_or(recent_.end());
    const Result<void> passed = rebasing.pass(recent_, to);

    storage::Change expected = change;
    Result<void> expectation;
    for (std::uint64_t v = from; v < to && expectation; ++v) {
      expectation = rebase(expected, *records_[v - first_]);
    }
    ASSERT_EQ(passed.has_value(), expectation.has_value());
    if (!passed) {
      ASSERT_EQ(passed.error(), expectation.error());
      return;
    }
    ASSERT_EQ(rebasing.at(), to);
    ASSERT_TRUE(same_effect(rebasing.change(), expected));
    if (const auto* edit = std::get_if<storage::Edit>(&rebasing.change());
        edit && without_mixed_deletes(std::get<storage::Edit>(change).operation)) {
      ASSERT_EQ(edit->operation, std::get<storage::Edit>(expected).operation);
    }
  }

  std::uint64_t below(std::uint64_t limit) { return random_.below(limit); }
  RecentRecords& recent() { return recent_; }

 private:
  static bool without_mixed_deletes(const ot::Operation& operation) {
    return with_all_delete_texts_or_none(operation) == operation;
  }

  void add(storage::Change change) {
    records_.push_back(record(recent_.end(), std::move(change)));
    recent_.push(records_.back());
  }

  ot::Random random_;
  RecentRecords recent_;
  std::uint64_t first_;
  std::uint64_t length_ = 10;
  std::vector<std::uint64_t> lengths_;  // Of the text that each change was made for.
  std::vector<RecordPtr> records_;
};

TEST(RebaseProgress, GivesWhatOneRecordAfterTheOtherGives) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Past past(seed, seed % 20);
    for (int round = 0; round < 5; ++round) {
      past.grow(1 + past.below(60), false);
      for (int i = 0; i < 20; ++i) {
        const std::uint64_t begin = past.recent().begin();
        const std::uint64_t from = begin + past.below(past.recent().size() + 1);
        std::optional<std::uint64_t> own;
        if (from < past.recent().end() && past.below(4) == 0) {
          own = from + past.below(past.recent().end() - from);
        }
        ASSERT_NO_FATAL_FAILURE(past.expect_same(past.change_at(from), from, own));
      }
    }
  }
}

TEST(RebaseProgress, GoesOverShapesWhereTheTailHasNoRecordsLeft) {
  Past past(1, 7);
  past.grow(2 * kRecentRecordsMax, true);
  past.recent().trim();
  EXPECT_EQ(past.recent().size(), kRecentRecordsMax);
  EXPECT_EQ(past.recent().reach(), 7U);
  for (std::uint64_t from = 7; from < past.recent().end(); from += 401) {
    storage::Change change = past.change_at(from);
    if (!RebaseProgress(change, from).needs_no_records()) continue;
    ASSERT_NO_FATAL_FAILURE(past.expect_same(change, from, std::nullopt));
    ASSERT_NO_FATAL_FAILURE(past.expect_same(change, from, past.recent().end() - 1));
    ASSERT_NO_FATAL_FAILURE(past.expect_same(change, from, from));
  }
}

// What is learned last may take the place of what would have to be passed first.
TEST(RebaseProgress, ShapesThatGiveTheirPlaceToLargerOnesAreOutOfReach) {
  ot::OperationBuilder many;
  for (std::size_t i = 0; i < kShapesBytesMax / 64; ++i) many.retain(1).insert("a");
  const ot::Operation large = std::move(many).build();
  RecentRecords recent(0);
  for (std::uint64_t version = 0; version < 30; ++version) {
    recent.push(record(version, storage::Edit{large}));
    if (version % 3 == 0) recent.trim();
    const std::uint64_t from = recent.reach();
    ASSERT_LE(from, recent.end());
    (void)recent.rebase(ot::op("'b'"), from, recent.end());
  }
  EXPECT_GT(recent.reach(), 0U);
}

TEST(RebaseProgress, AnEditInNormalFormNeedsNoRecords) {
  EXPECT_TRUE(RebaseProgress(storage::Edit{ot::op("1 'a' -1")}, 0).needs_no_records());
  EXPECT_FALSE(RebaseProgress(storage::Edit{ot::op("'a' 'b'")}, 0).needs_no_records());
  EXPECT_FALSE(RebaseProgress(storage::Edit{ot::op("-1 -1")}, 0).needs_no_records());
  EXPECT_FALSE(RebaseProgress(storage::Create{"a"}, 0).needs_no_records());
  EXPECT_FALSE(RebaseProgress(storage::Delete{}, 0).needs_no_records());
}

}  // namespace
}  // namespace cowrite::document
