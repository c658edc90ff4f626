// The memory for what clients follow and wait for, and who goes without.

#include "server/session/followed_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/limits.h"
#include "server/protocol/error_codes.h"
#include "server/session/limits.h"
#include "tests/server/session/session_client.h"

namespace cowrite::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Account = FollowedMemory::Account;

constexpr std::size_t kSmall = kFollowedBytesOfSmall;

std::string channel(const std::string& action, int number) {
  const std::string name = std::to_string(number);
  return R"({"a":")" + action + R"(","ch":"c)" + name + R"(","seq":)" + name + "}";
}
std::string presence(const std::string& id, const std::string& value) {
  return R"({"a":"p","ch":"c","pv":1,"id":")" + id + R"(","p":)" + value + "}";
}

// ---- Accounts

TEST(FollowedMemory, WhoHoldsMuchMayUseAHalfAndWhoHoldsLittleAll) {
  const auto memory = std::make_shared<FollowedMemory>(16 * kSmall);
  Account large(memory);
  EXPECT_FALSE(large.take(8 * kSmall + 1));
  EXPECT_TRUE(large.take(8 * kSmall));
  Account other(memory);
  EXPECT_FALSE(other.take(kSmall + 1));
  EXPECT_TRUE(other.take(kSmall));
  EXPECT_FALSE(other.take(1)) << "it would hold much";
  EXPECT_EQ(memory->bytes(), 9 * kSmall);
}

TEST(FollowedMemory, WhoGoesGivesAllBack) {
  const auto memory = std::make_shared<FollowedMemory>(16 * kSmall);
  {
    Account account(memory);
    account.hold(100 * kSmall);
    EXPECT_FALSE(account.fits());
    EXPECT_EQ(memory->bytes(), 100 * kSmall);
  }
  EXPECT_EQ(memory->bytes(), 0U);
}

TEST(FollowedMemory, WhatIsOnItsWayIsPaidForUntilItIsThere) {
  const auto memory = std::make_shared<FollowedMemory>(16 * kSmall);
  auto account = std::make_shared<Account>(memory);
  ASSERT_TRUE(account->take(2 * kSmall));
  auto room = account->give_back_later(kSmall);
  account->give_back(kSmall);
  account = nullptr;
  EXPECT_EQ(memory->bytes(), kSmall);
  room = nullptr;
  EXPECT_EQ(memory->bytes(), 0U);
}

// Each with a document, its channel and a cursor on it.
TEST(FollowedMemory, HasRoomForACrowdOfWhomEachFollowsOneDocument) {
  const std::string name(40, 'n');
  const std::string document = R"("c":"docs","d":")" + name + "\"}";
  const std::string channel = R"("ch":"docs.)" + name + '"';
  std::string cursor = R"({"a":"p","pv":1,"id":"cursor","p":7,"v":0,)";
  cursor.append(channel).append(",").append(document);
  for (const auto& [mebibytes, people] : {std::pair(256U, 5'000U), std::pair(1'024U, 20'000U)}) {
    const server::MemoryShares shares(std::uint64_t(mebibytes) << 20);
    const auto memory = std::make_shared<FollowedMemory>(shares.followed);
    SessionClient one(memory);
    one.receive(R"({"a":"s",)" + document);
    one.receive(R"({"a":"ps","seq":1,)" + channel + "}");
    one.receive(cursor);
    EXPECT_THAT(one.sent(), IsEmpty());
    EXPECT_LE(memory->bytes() * people, memory->bytes_max());
    EXPECT_LE(memory->bytes(), kSmall);
  }
}

TEST(FollowedMemory, HasNoBoundWithoutMemory) {
  Account account(nullptr);
  EXPECT_TRUE(account.take(std::numeric_limits<std::size_t>::max() / 2));
  EXPECT_TRUE(account.fits());
}

// ---- Sessions

// Holds all but so many bytes.
class FullMemory {
 public:
  explicit FullMemory(std::size_t left) : other_(memory_) { other_.hold(kBytes - left); }
  [[nodiscard]] const std::shared_ptr<FollowedMemory>& memory() const { return memory_; }
  // Nobody else holds anything any more.
  void empty() { other_.give_back(other_.bytes()); }

 private:
  static constexpr std::size_t kBytes = std::size_t{1} << 24;
  std::shared_ptr<FollowedMemory> memory_ = std::make_shared<FollowedMemory>(kBytes);
  Account other_;
};

TEST(FullServer, RefusesASubscriptionUntilThereIsRoom) {
  FullMemory full(kSubscriptionBytes + 100);
  SessionClient client(full.memory());
  client.receive(one("s", "a"));
  client.answer_all();
  EXPECT_THAT(client.sent(), ElementsAre(HasSubstr(R"("v":0)")));
  client.receive(one("s", "b"));
  client.receive(one("s", "a"));
  client.answer_all();
  EXPECT_THAT(client.sent(), ElementsAre(AllOf(HasSubstr(protocol::kErrTooManySubscriptions),
                                               HasSubstr("try again later")),
                                         HasSubstr(R"("d":"a","data":{"v":0)")));
  client.receive(one("u", "a"));
  client.answer_all();
  client.receive(one("s", "b"));
  client.answer_all();
  EXPECT_THAT(client.sent(), ElementsAre(one("u", "a"), HasSubstr(R"("d":"b","data":{"v":0)")));
}

TEST(FullServer, RefusesAChannelUntilThereIsRoom) {
  FullMemory full(kChannelBytes + 100);
  SessionClient client(full.memory());
  client.receive(channel("ps", 1));
  EXPECT_THAT(client.sent(), IsEmpty());
  client.receive(channel("ps", 2));
  EXPECT_THAT(client.sent(), ElementsAre(AllOf(HasSubstr(protocol::kErrTooManySubscriptions),
                                               HasSubstr("try again later"))));
  client.receive(channel("pu", 1));
  client.receive(channel("ps", 2));
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(FullServer, RefusesANewPresenceAndNotTheNextOfOne) {
  FullMemory full(kPresenceBytes + 100);
  SessionClient client(full.memory());
  client.receive(presence("p", "1"));
  client.receive(presence("q", "1"));
  EXPECT_THAT(client.sent(), ElementsAre(AllOf(HasSubstr(protocol::kErrTooManyPresences),
                                               HasSubstr("try again later"))));
  client.receive(presence("p", "2"));
  client.receive(presence("p", "null"));
  client.receive(presence("q", "1"));
  EXPECT_THAT(client.sent(), SizeIs(1)) << "the ack of what waits";
  EXPECT_EQ(client.session().presences(), 1U);
}

TEST(FullServer, RefusesABulkRequestWithoutLosingSmallOnes) {
  FullMemory full(kSmall);
  SessionClient client(full.memory());
  client.receive(many("bf", list_of(0, 100)));
  EXPECT_THAT(client.sent(), ElementsAre(HasSubstr(protocol::kErrBulkReplyTooLarge)));
  EXPECT_THAT(client.asked(), IsEmpty());
  client.receive(many("bf", list_of(0, 3)));
  client.answer_all();
  EXPECT_THAT(client.sent(), ElementsAre(HasSubstr(R"("2":{"v":0)")));
}

TEST(FullServer, FillsABulkReplyWithAFewTextsOnly) {
  FullMemory full(kSmall);
  SessionClient client(full.memory());
  client.receive(many("bf", list_of(0, 5)));
  const std::string letters(kBulkTextBytesFree / 4, 'x');
  const storage::Snapshot text{.version = 1, .exists = true, .text = ot::Rope(letters)};
  while (client.answer(document::ReadContent(text))) {
  }
  ASSERT_THAT(client.not_taken(), SizeIs(1));
  std::string reply;
  while (client.not_taken().front().message.next(reply)) {
  }
  EXPECT_THAT(reply, HasSubstr(R"("3":{"v":1,)"));
  EXPECT_THAT(reply, HasSubstr(R"("4":{"error":{"code":"ERR_BULK_REPLY_TOO_LARGE")"));
}

TEST(FullServer, DoesNotReadWhoWaitsForManyReads) {
  FullMemory full(0);
  SessionClient client(full.memory());
  for (std::size_t i = 0; i < kReadsInFlightPerConnectionMax; ++i) client.receive(one("f", "a"));
  EXPECT_FALSE(client.paused());
  client.receive(one("f", "a"));
  EXPECT_TRUE(client.paused());
  client.answer();
  EXPECT_FALSE(client.paused());
}

TEST(FullServer, LetsGoWhoFollowsMuchAndClosesToWhoFollowsNothing) {
  FullMemory full(kSubscriptionBytes + 100);
  SessionClient follower(full.memory());
  follower.receive(one("s", "a"));
  follower.answer_all();
  follower.receive(many("bu", list_of(0, 100)));
  follower.answer_all();
  EXPECT_EQ(follower.closed(), std::nullopt);
  FullMemory fuller(0);
  SessionClient stranger(fuller.memory(), 2);
  stranger.receive(many("bu", list_of(0, 100)));
  EXPECT_EQ(stranger.closed(), transport::CloseCode::kTryAgainLater);
}

TEST(FullServer, DropsWhoIsSentMuchBeforeTheReplyToItsBulkSubscription) {
  FullMemory full(4 * kSmall);
  SessionClient client(full.memory());
  client.receive(many("bs", R"("a","b")"));
  client.answer();
  client.commit({"docs", "a"}, kHeldBytesFree);
  EXPECT_FALSE(client.dropped());
  client.commit({"docs", "a"}, 2 * kSmall);
  EXPECT_TRUE(client.dropped());
}

TEST(FollowedMemory, ABulkReplyIsPaidForUntilItIsTaken) {
  const auto memory = std::make_shared<FollowedMemory>(std::size_t{1} << 24);
  {
    SessionClient client(memory);
    client.receive(many("bf", list_of(0, 100)));
    const storage::Snapshot text{
        .version = 1, .exists = true, .text = ot::Rope(std::string(10'000, 'x'))};
    while (client.answer(document::ReadContent(text))) {
    }
    ASSERT_THAT(client.not_taken(), SizeIs(1));
    EXPECT_GE(memory->bytes(), 100 * (kBulkPartBytes + 10'000) - kBulkTextBytesFree);
    client.not_taken().clear();
    EXPECT_EQ(memory->bytes(), 0U);
    client.receive(many("bs", list_of(0, 10)));
    EXPECT_GE(memory->bytes(), 10 * kSubscriptionBytes);
  }
  EXPECT_EQ(memory->bytes(), 0U);
}

}  // namespace
}  // namespace cowrite::session
