// Blocks of history: whatever is composed, forgotten or dropped, an operation is rebased as over
// one operation after the other.
#include "ot/history_blocks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "ot/normalize.h"
#include "ot/transform.h"
#include "server/protocol/operation_json.h"
#include "tests/ot/notation.h"
#include "tests/ot/samples.h"
#include "tests/replay/trace_file.h"

namespace cowrite::ot {
namespace {

constexpr HistoryBlocks::Limits kAmple{.operations = 1U << 20U, .bytes = 1U << 30U};

// A history of random edits, in the log and in blocks at once.
class Past {
 public:
  Past(std::uint64_t seed, std::uint64_t version, const HistoryBlocks::Limits& limits)
      : random_(seed), blocks_(version, limits), first_(version) {}

  void grow(std::size_t operations) {
    for (; operations > 0; --operations) {
      lengths_.push_back(length_);
      log_.push_back(random_.operation(length_));
      for (const Component& component : log_.back()) {
        if (component.kind == Kind::kInsert) length_ += component.length;
        if (component.kind == Kind::kDelete) length_ -= component.length;
      }
      blocks_.push(log_.back());
    }
    ASSERT_EQ(blocks_.end(), first_ + log_.size());
  }

  // An operation made at that version, in normal form and without texts of deletes.
  Operation edit_at(std::uint64_t version) {
    const std::uint64_t i = version - first_;
    return plain(random_.operation(i == lengths_.size() ? length_ : lengths_[i]));
  }

  // An operation made there that many components of the text know of.
  Operation long_edit_at(std::uint64_t version) {
    OperationBuilder builder;
    for (int i = 0; i < 200; ++i) {
      for (const Component& component : edit_at(version)) builder.append(component);
    }
    return std::move(builder).build();
  }

  void expect_rebased(const Operation& operation, std::uint64_t from, std::uint64_t to) {
    Operation expected = operation;
    for (std::uint64_t version = from; version < to; ++version) {
      expected = transform(expected, log_[version - first_], Side::kLeft);
    }
    ASSERT_EQ(blocks_.rebase(operation, from, to), expected)
        << to_notation(operation) << " from " << from << " to " << to;
  }

  void expect_rebased_between_random_versions(std::size_t times) {
    for (; times > 0; --times) {
      const std::uint64_t reach = blocks_.end() - blocks_.begin();
      const std::uint64_t from = blocks_.begin() + random_.below(reach + 1);
      const std::uint64_t to = from + random_.below(blocks_.end() - from + 1);
      const bool is_long = random_.below(10) == 0;
      ASSERT_NO_FATAL_FAILURE(
          expect_rebased(is_long ? long_edit_at(from) : edit_at(from), from, to));
    }
  }

  HistoryBlocks& blocks() { return blocks_; }

 private:
  static Operation plain(const Operation& operation) {
    OperationBuilder builder;
    for (const Component& component : operation) {
      builder.append(component.kind == Kind::kDelete
                         ? Component{Kind::kDelete, component.length, {}}
                         : component);
    }
    return std::move(builder).build();
  }

  Random random_;
  HistoryBlocks blocks_;
  std::uint64_t first_;
  std::uint64_t length_ = 10;
  std::vector<std::uint64_t> lengths_;  // Of the text that each was made for.
  std::vector<Operation> log_;
};

TEST(HistoryBlocks, RebaseBetweenAllVersionsAsOneByOne) {
  for (const std::uint64_t first : {0, 5, 16, 31}) {
    Past past(first + 1, first, kAmple);
    past.grow(70);
    // Twice: blocks are composed on the way, and then used.
    for (int round = 0; round < 20; ++round) {
      for (std::uint64_t from = first; from <= first + 70; from += 3) {
        for (std::uint64_t to = from; to <= first + 70; to += 5) {
          ASSERT_NO_FATAL_FAILURE(past.expect_rebased(past.edit_at(from), from, to));
        }
      }
    }
  }
}

TEST(HistoryBlocks, RebaseAsOneByOneWhileTheyGrow) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Past past(seed, seed * 7, kAmple);
    for (int round = 0; round < 20; ++round) {
      ASSERT_NO_FATAL_FAILURE(past.grow(seed));
      ASSERT_NO_FATAL_FAILURE(past.expect_rebased_between_random_versions(20));
    }
  }
}

TEST(HistoryBlocks, LongOperationsGoAsOneByOne) {
  Past past(1, 3, kAmple);
  past.grow(1'000);
  for (const std::uint64_t from : {3, 4, 16, 100, 990}) {
    const Operation edit = past.long_edit_at(from);
    ASSERT_GT(edit.size(), 64U);
    ASSERT_NO_FATAL_FAILURE(past.expect_rebased(edit, from, 1'003));
  }
}

TEST(HistoryBlocks, KeepTheNewestOperationsWithinTheirLimit) {
  Past past(1, 0, {.operations = 100, .bytes = 1U << 30U});
  past.grow(1'000);
  EXPECT_EQ(past.blocks().end(), 1'000U);
  EXPECT_LE(past.blocks().end() - past.blocks().begin(), 100U);
  EXPECT_GE(past.blocks().end() - past.blocks().begin(), 100U - 16U);
  past.expect_rebased_between_random_versions(300);
}

TEST(HistoryBlocks, StayWithinTheirBytesAndRebaseAsBefore) {
  for (const std::size_t bytes : {0, 500, 5'000, 50'000}) {
    SCOPED_TRACE(bytes);
    Past past(bytes + 1, 9, {.operations = 1U << 20U, .bytes = bytes});
    for (int round = 0; round < 30; ++round) {
      ASSERT_NO_FATAL_FAILURE(past.grow(37));
      ASSERT_NO_FATAL_FAILURE(past.expect_rebased_between_random_versions(30));
      ASSERT_LE(past.blocks().bytes(), bytes);
    }
  }
}

TEST(HistoryBlocks, ComposeOnlyWhatIsPassedOften) {
  Past past(1, 0, kAmple);
  past.grow(1'024);
  const std::size_t before = past.blocks().bytes();
  const Operation edit = op("1 'Z'");
  past.expect_rebased(edit, 0, 1'024);
  EXPECT_EQ(past.blocks().bytes(), before);
  for (int i = 0; i < 1'000; ++i) (void)past.blocks().rebase(edit, 0, 1'024);
  const std::size_t warm = past.blocks().bytes();
  EXPECT_GT(warm, before);
  (void)past.blocks().rebase(edit, 0, 1'024);
  EXPECT_EQ(past.blocks().bytes(), warm);
}

// The server's part of a session, each operation rebased over blocks; most of them composed at once
// or only when they are passed often, as `limits` and the operations have it.
void expect_logged_as_the_trace_says(const replay::TraceFile& trace,
                                     const HistoryBlocks::Limits& limits) {
  HistoryBlocks blocks(0, limits);
  for (const std::string& text : trace.lines) {
    const protocol::ParsedJson parsed(text);
    const protocol::JsonValue line = parsed.root();
    const std::uint64_t from = line["v"].integer();
    Operation operation = protocol::read_operation(line["op"]).value();
    ASSERT_TRUE(is_in_normal_form(operation));
    if (from < blocks.begin()) return;  // As far as the limits let it.
    operation = blocks.rebase(std::move(operation), from, blocks.end());
    ASSERT_EQ(protocol::to_json(operation), line[line.has("r") ? "r" : "op"].to_json());
    blocks.push(operation);
  }
}

TEST(HistoryBlocks, RebaseRecordedSessionsAsTheReferenceRebasedThem) {
  const char* given = std::getenv("COWRITE_TRACES");
  const std::filesystem::path traces = given != nullptr ? given : COWRITE_TRACES_DEFAULT;
  if (!std::filesystem::is_directory(traces)) {
    std::cout << "skipped: no traces\n";
    return;
  }
  std::size_t sessions = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(traces)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".gz") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const Result<replay::TraceFile> trace = replay::read_trace_file(entry.path());
    ASSERT_TRUE(trace) << trace.error().message;
    if (trace->header.value("kind", "") != "wire") continue;
    ++sessions;
    ASSERT_NO_FATAL_FAILURE(expect_logged_as_the_trace_says(*trace, kAmple));
    ASSERT_NO_FATAL_FAILURE(
        expect_logged_as_the_trace_says(*trace, {.operations = 1U << 20U, .bytes = 100'000}));
  }
  EXPECT_GT(sessions, 0U);
}

}  // namespace
}  // namespace cowrite::ot
