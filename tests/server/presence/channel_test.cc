// Whose presence an id is, and how often a channel asks for presences.

#include "server/presence/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cowrite::presence {
namespace {

using document::SessionId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SessionId kAnn{0, 1};
constexpr SessionId kBob{0, 2};
constexpr SessionId kListener{0, 3};

class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    channel_.handle(ChannelJoin{kListener, 1, "c"});
    channel_.may_call("c");
    told_.clear();
  }

  ChannelPorts ports() {
    return {
        .reply =
            [this](SessionId session, const ChannelReply& reply) {
              if (std::holds_alternative<document::PresenceAcknowledged>(reply)) {
                told_.push_back("ack to " + std::to_string(session.number));
              }
            },
        .announce =
            [this](document::LoopIndex, const ChannelNotice& notice) {
              if (const auto* call = std::get_if<ChannelCall>(&notice)) {
                told_.push_back("call of " + std::to_string(call->session.number));
              } else {
                const auto& presence = std::get<document::SharedPresence>(notice);
                told_.push_back(presence->source + ": " + presence->presence.value);
              }
            },
        .start_call_period = [this](const std::string&) { ++periods_; },
    };
  }
  void announce(SessionId session, std::string source, std::string value) {
    auto notice = std::make_shared<document::PresenceNotice>();
    notice->sender = session;
    notice->source = std::move(source);
    notice->presence = {
        .channel = "c", .id = "p", .presence_version = 1, .value = std::move(value)};
    channel_.handle(document::SharedPresence(std::move(notice)));
  }
  void call(SessionId session) { channel_.handle(ChannelCall{session, "c"}); }
  std::vector<std::string> told() { return std::exchange(told_, {}); }

  const ChannelPorts ports_ = ports();
  Channel channel_{ports_};
  std::vector<std::string> told_;
  int periods_ = 0;
};

TEST_F(ChannelTest, AnIdBelongsToTheSourceThatAnnouncedItFirst) {
  announce(kAnn, "ann", "1");
  announce(kBob, "bob", "2");
  announce(kBob, "bob", "null");
  announce(kAnn, "ann", "3");
  EXPECT_THAT(told(), ElementsAre("ann: 1", "ack to 2", "ack to 2", "ann: 3"));
}

TEST_F(ChannelTest, AnIdIsFreeWhenItsPresenceHasEnded) {
  announce(kAnn, "ann", "1");
  announce(kAnn, "ann", "null");
  announce(kBob, "bob", "2");
  EXPECT_THAT(told(), ElementsAre("ann: 1", "ann: null", "bob: 2"));
}

TEST_F(ChannelTest, WhoeverWantedAnIdIsAskedAgainWhenItIsFree) {
  announce(kAnn, "ann", "1");
  announce(kBob, "bob", "2");
  announce(kAnn, "ann", "null");
  announce(kBob, "bob", "2");
  EXPECT_THAT(told(), ElementsAre("ann: 1", "ack to 2", "ann: null", "call of 0", "bob: 2"));
}

TEST_F(ChannelTest, AnOldSessionOfASourceDoesNotEndWhatItsNewOneAnnounced) {
  announce(kAnn, "ann", "1");
  announce({0, 4}, "ann", "2");
  announce(kAnn, "ann", "null");
  announce(kBob, "bob", "3");
  EXPECT_THAT(told(), ElementsAre("ann: 1", "ann: 2", "ann: null", "ack to 2"));
}

TEST_F(ChannelTest, TheEndOfAPresenceTakesNoId) {
  announce(kBob, "bob", "null");
  announce(kAnn, "ann", "1");
  EXPECT_THAT(told(), ElementsAre("bob: null", "ann: 1"));
}

TEST_F(ChannelTest, QuestionsWithinAPeriodBecomeOne) {
  for (int i = 0; i < 100; ++i) call(kAnn);
  EXPECT_THAT(told(), ElementsAre("call of 1"));
  channel_.may_call("c");
  EXPECT_THAT(told(), ElementsAre("call of 1"));
  channel_.may_call("c");
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(periods_, 3);
}

TEST_F(ChannelTest, WhereNobodyListensNobodyIsAskedAndNoPeriodBegins) {
  Channel deserted(ports_);
  deserted.handle(ChannelCall{{0, 1}, "c"});
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(periods_, 1) << "the listener's";
}

TEST_F(ChannelTest, AQuestionOfSeveralGoesToAllOfThem) {
  call(kAnn);
  call(kAnn);
  call(kBob);
  channel_.may_call("c");
  EXPECT_THAT(told(), ElementsAre("call of 1", "call of 0"));
}

}  // namespace
}  // namespace cowrite::presence
