// Bulk requests: a few of their documents are asked for at a time, and the order of what is about
// one document is kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <random>

#include "server/protocol/error_codes.h"
#include "server/protocol/limits.h"
#include "server/session/bulk_list.h"
#include "server/session/limits.h"
#include "tests/server/session/session_client.h"

namespace cowrite::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string submission(const std::string& id) {
  return R"({"a":"op","c":"docs","v":0,"seq":1,"op":["x"],"d":")" + id + "\"}";
}

// Of what is asked, that which is about one document.
std::vector<std::string> about(const std::string& id, const std::vector<std::string>& asked) {
  std::vector<std::string> found;
  std::ranges::copy_if(asked, std::back_inserter(found),
                       [&](const std::string& one) { return one.ends_with(" " + id); });
  return found;
}

// ---- The list

TEST(BulkList, GivesWhatItHoldsOnceAndInOrder) {
  protocol::ReadMany request{.kind = protocol::ReadKind::kSubscribe,
                             .collection = "docs",
                             .documents = {{"a", 7}, {"b", 8}, {"a", 9}, {"c", 1}},
                             .with_versions = true};
  BulkList list(request);
  EXPECT_TRUE(list.holds({"docs", "a"}));
  EXPECT_FALSE(list.holds({"other", "a"}));
  EXPECT_EQ(list.take({"docs", "b"})->version, 8U);
  EXPECT_EQ(list.take({"docs", "b"}), std::nullopt);
  EXPECT_EQ(list.take({"docs", "a"})->version, 7U);
  EXPECT_EQ(list.take_first().version, 9U);
  EXPECT_FALSE(list.holds({"docs", "a"}));
  EXPECT_EQ(list.left(), 1U);
  EXPECT_EQ(list.read_many().documents, request.documents);
}

TEST(BulkList, HoldsTheLongestIds) {
  const std::string longest(storage::kIdBytesMax, 'x');
  BulkList list(protocol::UnsubscribeMany{.collection = "docs", .ids = {longest, "y"}});
  EXPECT_EQ(list.take_first().key.id(), longest);
  EXPECT_EQ(list.take_first().key.id(), "y");
  EXPECT_EQ(list.unsubscribe_many().ids, (std::vector<std::string>{longest, "y"}));
}

// ---- A few at a time

TEST(BulkRequest, AsksForAFewDocumentsAtATimeAndAnswersWhenAllAreThere) {
  SessionClient client;
  client.receive(many("bf", list_of(0, 20)));
  EXPECT_THAT(client.asked(), SizeIs(kReadsInFlightPerConnectionMax));
  client.answer();
  EXPECT_THAT(client.asked(), ElementsAre("fetch 8"));
  for (int answered = 1; answered < 19; ++answered) client.answer();
  EXPECT_THAT(client.sent(), IsEmpty());
  client.answer();
  EXPECT_FALSE(client.answer());
  EXPECT_THAT(client.sent(), ElementsAre(HasSubstr(R"("19":{"v":0,"type":null}}})")));
}

TEST(BulkRequest, IsOvertakenByWhatIsAboutOtherDocuments) {
  SessionClient client;
  client.receive(many("bf", list_of(0, 20)));
  client.receive(submission("other"));
  client.receive(one("f", "another"));
  EXPECT_EQ(client.asked().back(), "submit other");
  client.answer();
  EXPECT_THAT(client.asked(), ElementsAre("fetch another"));
}

TEST(BulkRequest, WhatComesLaterAboutADocumentThatItHasYetToAskForFollowsIt) {
  SessionClient client;
  client.receive(many("bf", list_of(0, 20)));
  client.receive(submission("19"));
  client.receive(one("f", "19"));
  EXPECT_THAT(about("19", client.asked()), IsEmpty());
  client.answer_all();
  EXPECT_THAT(about("19", client.asked()), ElementsAre("fetch 19", "submit 19", "fetch 19"));
}

// ---- Leaving

TEST(BulkRequest, WhoLeavesADocumentThatItHasYetToAskForDoesNotJoinIt) {
  SessionClient client;
  client.receive(many("bs", list_of(0, 20)));
  client.receive(one("u", "19"));
  client.answer_all();
  EXPECT_THAT(about("19", client.asked()), ElementsAre("leave 19"));
  EXPECT_THAT(client.sent(), ElementsAre(one("u", "19"), HasSubstr(R"("19":false)")));
}

TEST(BulkRequest, WhoLeavesAllOfItJoinsWhatItThenAsksForOnly) {
  SessionClient client;
  client.receive(many("bs", list_of(0, 20)));
  client.receive(many("bu", list_of(0, 20)));
  client.receive(one("s", "18"));
  client.answer_all();
  const std::vector<std::string> asked = client.asked();
  EXPECT_THAT(about("18", asked), ElementsAre("leave 18", "subscribe 18"));
  EXPECT_THAT(about("19", asked), ElementsAre("leave 19"));
  EXPECT_THAT(about("0", asked), ElementsAre("subscribe 0", "leave 0"));
}

// ---- How many

TEST(BulkRequest, CountsADocumentOnceHoweverOftenItIsAskedFor) {
  SessionClient client;
  client.receive(many("bs", list_of(1, protocol::kSubscriptionsPerConnectionMax)));
  client.receive(many("bs", list_of(0, 20)));
  client.receive(one("s", "1000"));
  EXPECT_THAT(client.sent(), IsEmpty());
  client.receive(one("s", "one-more"));
  EXPECT_THAT(client.sent(), ElementsAre(HasSubstr(protocol::kErrTooManySubscriptions)));
  client.answer_all();
  client.receive(many("bu", list_of(7, 9)));
  client.answer_all();
  client.receive(many("bs", R"("a","b")"));
  client.answer_all();
  EXPECT_THAT(client.sent().back(), HasSubstr(R"("b":{"v":0)"));
}

// Who gives up an operation asks for the text, and would take a late refusal of it for one of what
// it sends next.
TEST(BulkRequest, ATextIsReadWhenTheAnswersThatWaitForTheReplyAreSent) {
  SessionClient client;
  client.receive(many("bs", list_of(0, 2)));
  client.answer();
  client.receive(submission("0"));
  client.receive(R"({"a":"f","c":"docs","d":"0"})");
  EXPECT_THAT(about("0", client.asked()), ElementsAre("subscribe 0", "submit 0"));
  EXPECT_THAT(client.sent(), IsEmpty());
  client.answer();
  EXPECT_THAT(client.sent(), ElementsAre(HasSubstr("\"bs\""), HasSubstr("\"op\"")));
  EXPECT_THAT(client.asked(), ElementsAre("fetch 0"));
}

TEST(BulkRequest, TooManyDocumentsThatWaitPauseReading) {
  SessionClient client;
  client.receive(many("bf", list_of(0, kUnansweredReadsPerConnectionMax)));
  EXPECT_TRUE(client.paused());
  client.answer();
  EXPECT_FALSE(client.paused());
}

// ---- Order, at random

// What was sent about each document, and which of it was asked.
class Orders {
 public:
  void send(SessionClient& client, std::mt19937& random) {
    const auto pick = [&](unsigned below) { return static_cast<int>(random() % below); };
    std::vector<std::string> ids;
    const int from = pick(30);
    for (int id = from; id < from + 1 + pick(20); ++id) ids.push_back(std::to_string(id));
    std::string list;
    for (const std::string& id : ids) list += (list.empty() ? "\"" : ",\"") + id + '"';
    switch (pick(7)) {
      case 0:
        return note(client, many("bf", list), "fetch ", ids);
      case 1:
        return note(client, many("bs", list), "subscribe ", ids);
      case 2:
        return note(client, many("bu", list), "leave ", ids);
      case 3:
        return note(client, one("f", ids[0]), "fetch ", {ids[0]});
      case 4:
        return note(client, one("s", ids[0]), "subscribe ", {ids[0]});
      case 5:
        return note(client, one("u", ids[0]), "leave ", {ids[0]});
      default:
        return note(client, submission(ids[0]), "submit ", {ids[0]});
    }
  }
  void took(const std::vector<std::string>& asked) {
    for (const std::string& one : asked) asked_[one.substr(one.find(' ') + 1)].push_back(one);
  }

  // Subscriptions that were left meanwhile may be missing; all else is there, and in order.
  void check() const {
    for (const auto& [id, sent] : sent_) {
      const auto known = asked_.find(id);
      const std::vector<std::string> none;
      const std::vector<std::string>& asked = known == asked_.end() ? none : known->second;
      std::size_t at = 0;
      for (std::size_t i = 0; i < sent.size(); ++i) {
        const bool left = std::find(sent.begin() + static_cast<std::ptrdiff_t>(i), sent.end(),
                                    "leave " + id) != sent.end();
        if (at < asked.size() && asked[at] == sent[i]) {
          ++at;
        } else {
          ASSERT_TRUE(left && sent[i].starts_with("subscribe")) << sent[i] << ", number " << i;
        }
      }
      ASSERT_EQ(at, asked.size()) << id;
    }
  }

 private:
  void note(SessionClient& client, const std::string& text, const std::string& what,
            const std::vector<std::string>& ids) {
    client.receive(text);
    for (const std::string& id : ids) sent_[id].push_back(what + id);
  }

  std::map<std::string, std::vector<std::string>> sent_;
  std::map<std::string, std::vector<std::string>> asked_;
};

TEST(BulkRequest, WhatIsAboutOneDocumentKeepsItsOrder) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto memory = std::make_shared<FollowedMemory>(std::size_t{1} << 24);
    SessionClient client(memory);
    Orders orders;
    for (int step = 0; step < 80; ++step) {
      if (random() % 3 == 0) {
        orders.send(client, random);
      } else {
        client.answer();
      }
      orders.took(client.asked());
    }
    client.answer_all();
    orders.took(client.asked());
    orders.check();
    if (HasFatalFailure()) return;
    client.receive(many("bu", list_of(0, 50)));
    client.answer_all();
    ASSERT_EQ(memory->bytes(), 0U) << "it follows nothing, and waits for nothing";
  }
}

}  // namespace
}  // namespace cowrite::session
