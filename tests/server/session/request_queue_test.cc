// What is about one document keeps its order; what is about others does not wait for it.
#include "server/session/request_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

namespace cowrite::session {
namespace {

using document::LeaveRequest;
using document::ReadRequest;
using document::Submission;
using protocol::ReadKind;
using storage::DocumentKey;

const DocumentKey kA{"docs", "a"};
const DocumentKey kB{"docs", "b"};

ReadRequest read(const DocumentKey& key, std::uint64_t ticket,
                 std::optional<std::uint64_t> version = std::nullopt,
                 ReadKind kind = ReadKind::kFetch) {
  return {{0, 1}, ticket, {kind, key, version}};
}

class RequestQueueTest : public ::testing::Test {
 protected:
  // The next in words: the ticket of a read, "op", "-" if there is none; "x" before a cancelled
  // one.
  std::string next(bool records_too = true) {
    const auto taken = queue_.next(records_too);
    if (!taken) return "-";
    const std::string mark = taken->cancelled ? "x" : "";
    if (const auto* const known = std::get_if<ReadRequest>(&taken->request)) {
      return mark + std::to_string(known->ticket);
    }
    if (const auto* const leave = std::get_if<LeaveRequest>(&taken->request)) {
      return mark + std::to_string(leave->ticket);
    }
    return mark + "op";
  }

  RequestQueue queue_;
};

TEST_F(RequestQueueTest, ATextWaitsForTheAnswersToOperationsBeforeItAndOthersDoNot) {
  queue_.submitted(kA);
  queue_.push(read(kA, 1));
  queue_.push(read(kB, 2));
  EXPECT_EQ(next(), "2");
  EXPECT_EQ(next(), "-");
  queue_.settled(kA);
  EXPECT_EQ(next(), "1");
}

TEST_F(RequestQueueTest, NothingOvertakesAReadInPartsOfItsDocument) {
  queue_.push(read(kA, 1, 0));
  EXPECT_EQ(next(), "1");
  queue_.begin_parts(kA);
  queue_.push(Submission{.request = {.key = kA}});
  EXPECT_TRUE(queue_.holds(kA));
  EXPECT_EQ(next(), "-");
  queue_.answered(kA);
  queue_.push_rest(read(kA, 1, 7));
  EXPECT_EQ(next(false), "-") << "records are not wanted";
  EXPECT_EQ(next(), "1");
  queue_.answered(kA);
  queue_.end_parts(kA);
  EXPECT_EQ(next(), "op");
  EXPECT_FALSE(queue_.holds(kA));
}

TEST_F(RequestQueueTest, ACancelledSubscriptionIsAnsweredWhenThoseBeforeItAre) {
  queue_.push(read(kA, 1));
  EXPECT_EQ(next(), "1");
  queue_.push(read(kA, 2, 0, ReadKind::kSubscribe));
  queue_.cancel_subscriptions(kA);
  queue_.push(LeaveRequest{{0, 1}, 3, kA});
  EXPECT_EQ(next(), "-") << "the first is not answered";
  queue_.answered(kA);
  EXPECT_EQ(next(), "x2");
  EXPECT_EQ(next(), "3");
}

TEST_F(RequestQueueTest, OneThatIsPutBackIsTheNextOfItsDocument) {
  queue_.push(read(kA, 1));
  queue_.push(read(kA, 2));
  EXPECT_EQ(next(), "1");
  queue_.submitted(kA);
  queue_.answered(kA);
  queue_.put_back(read(kA, 1));
  EXPECT_TRUE(queue_.awaits_answers(kA));
  EXPECT_EQ(next(), "-");
  queue_.settled(kA);
  EXPECT_EQ(next(), "1");
  EXPECT_EQ(next(), "2");
  EXPECT_EQ(queue_.size(), 0U);
}

}  // namespace
}  // namespace cowrite::session
