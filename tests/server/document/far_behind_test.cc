// Who of those that wait for the log goes next.
#include "server/document/far_behind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/document/limits.h"

namespace cowrite::document {
namespace {

using ::testing::ElementsAre;

constexpr storage::Payer kAnn{1};
constexpr storage::Payer kBob{2};

PendingSubmission submission(const std::string& source, storage::Payer payer,
                             std::uint64_t session = 0) {
  return PendingSubmission(Submission{.session = {0, session},
                                      .source = source,
                                      .author = {},
                                      .request = {.version = 1, .change = storage::Delete{}},
                                      .payer = payer});
}

std::vector<std::string> sources(const CatchUp& members) {
  std::vector<std::string> names;
  names.reserve(members.size());
  for (const CatchUpMember& member : members) names.push_back(member.pending.submission().source);
  return names;
}

TEST(FarBehind, OneGroupIsAwayAtATimeAndPayersTakeTurnsInTheNext) {
  FarBehind far_behind;
  for (std::size_t i = 0; i < 2 * kRebasesAtOnceMax; ++i) {
    far_behind.add(submission("ann" + std::to_string(i), kAnn), 9);
  }
  far_behind.add(submission("bob", kBob), 9);
  auto departure = far_behind.depart(FarBehind::Lane::kRebases);
  ASSERT_TRUE(departure);
  EXPECT_EQ(departure->members.size(), kRebasesAtOnceMax);
  EXPECT_EQ(sources(departure->members)[1], "bob");
  EXPECT_EQ(departure->order.urgency, storage::Urgency::kCatchUp);
  EXPECT_FALSE(far_behind.depart(FarBehind::Lane::kRebases)) << "one is away";
  EXPECT_FALSE(far_behind.depart(FarBehind::Lane::kLookUps)) << "nobody waits";
}

TEST(FarBehind, ALookUpDoesNotWaitForThoseThatPassRecords) {
  FarBehind far_behind;
  far_behind.add(submission("ann", kAnn), 9);
  far_behind.add(submission("bob", kBob), 1);
  EXPECT_TRUE(far_behind.depart(FarBehind::Lane::kRebases));
  const auto departure = far_behind.depart(FarBehind::Lane::kLookUps);
  ASSERT_TRUE(departure);
  EXPECT_THAT(sources(departure->members), ElementsAre("bob"));
  EXPECT_EQ(departure->order.urgency, storage::Urgency::kOpening);
}

TEST(FarBehind, WhoIsNotDoneGoesAgainBehindTheOthersOfItsGroup) {
  FarBehind far_behind;
  for (const char* const source : {"a", "b", "c"}) far_behind.add(submission(source, kAnn), 9);
  auto departure = far_behind.depart(FarBehind::Lane::kRebases);
  ASSERT_TRUE(departure);
  departure->members[1].error = Error{"ERR", "b is done"};
  const auto done = far_behind.come_back(departure->lane, std::move(departure->members));
  EXPECT_THAT(sources(done), ElementsAre("b"));
  far_behind.add(submission("d", kAnn), 9);
  departure = far_behind.depart(FarBehind::Lane::kRebases);
  ASSERT_TRUE(departure);
  EXPECT_THAT(sources(departure->members), ElementsAre("c", "a", "d"));
}

TEST(FarBehind, WhatComesLaterFromASourceOrASessionWaitsAndIsHandedBackInOrder) {
  FarBehind far_behind;
  const auto waits = [&](const std::string& source, std::uint64_t session) {
    return far_behind.must_wait(submission(source, kAnn, session).submission());
  };
  EXPECT_FALSE(waits("a", 1));
  far_behind.add(submission("a", kAnn, 1), 9);
  EXPECT_TRUE(waits("a", 2));
  EXPECT_TRUE(waits("b", 1));
  EXPECT_FALSE(waits("b", 2));
  EXPECT_FALSE(waits("b", 0)) << "the operator has no session";
  far_behind.hold_back(submission("a", kAnn, 2));
  EXPECT_TRUE(waits("b", 2)) << "for what is held back, too";
  far_behind.hold_back(submission("b", kAnn, 2));

  auto departure = far_behind.depart(FarBehind::Lane::kRebases);
  ASSERT_TRUE(departure);
  departure->members[0].error = Error{"ERR", "a is done"};
  EXPECT_EQ(far_behind.come_back(departure->lane, std::move(departure->members)).size(), 1U);
  std::vector<std::string> held;
  held.reserve(2);
  for (const PendingSubmission& pending : far_behind.take_held_back()) {
    held.push_back(pending.submission().source);
  }
  EXPECT_THAT(held, ElementsAre("a", "b"));
  EXPECT_TRUE(far_behind.empty());
}

}  // namespace
}  // namespace cowrite::document
