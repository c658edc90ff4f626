// One client's protocol state: messages and replies in, effects out.

#include "server/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/protocol/encode.h"
#include "server/protocol/limits.h"
#include "server/session/limits.h"
#include "storage/errors.h"
#include "storage/source.h"
#include "tests/ot/notation.h"

namespace cowrite::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const storage::DocumentKey kKey{"docs", "d"};

// By what name everybody else knows the session, whose id is "me".
const std::string kMe = storage::source_of("", "me");

document::RecordPtr record(std::uint64_t version, std::string source, std::uint64_t sequence = 1) {
  return std::make_shared<const storage::Record>(
      storage::Record{.version = version,
                      .source = std::move(source),
                      .sequence = sequence,
                      .change = storage::Edit{ot::op("'x'")}});
}

// "op 3" for a record, "ack 3" for an ack, else the message.
std::string brief(const std::string& message) {
  if (!message.starts_with(R"({"a":"op")") || message.find("error") != std::string::npos) {
    return message;
  }
  const std::size_t at = message.find("\"v\":") + 4;
  const std::string version = message.substr(at, message.find_first_of(",}", at) - at);
  return (message.find("\"op\":[") == std::string::npos ? "ack " : "op ") + version;
}

// A session, and what it did since it was looked at last.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest() { take(); }

  void take() {
    for (SessionEffect& effect : session_.take_effects()) {
      if (const auto* sent = std::get_if<Send>(&effect)) {
        for (const std::string& message : sent->outbound->messages) {
          sent_.push_back(raw_ ? message : brief(message));
        }
      } else if (auto* long_one = std::get_if<SendLong>(&effect)) {
        std::string message;
        while (long_one->message.next(message)) {
        }
        sent_.push_back(brief(message));
      } else if (std::holds_alternative<AwaitDrained>(effect)) {
        awaits_drained_ = true;
      } else if (auto* request = std::get_if<document::ToDocument>(&effect)) {
        requests_.push_back(std::move(*request));
      } else if (auto* query = std::get_if<document::QueryRequest>(&effect)) {
        queries_.push_back(std::move(*query));
      } else if (auto* call = std::get_if<presence::ToChannel>(&effect)) {
        calls_.push_back(std::move(*call));
      } else if (std::holds_alternative<StartPresencePeriod>(effect)) {
        ++presence_periods_;
      } else if (const auto* reading = std::get_if<ReadControl>(&effect)) {
        reading_ = *reading;
      } else if (const auto* close = std::get_if<Close>(&effect)) {
        closed_ = close->code;
      } else if (const auto* refused = std::get_if<Refused>(&effect)) {
        refused_.emplace_back(refused->code);
      } else {
        dropped_ = true;
      }
    }
  }
  void receive(const std::string& text) {
    session_.receive(text);
    take();
  }
  template <typename... News>
  void deliver(News&&... news) {
    session_.deliver(std::forward<News>(news)...);
    take();
  }
  void commit(document::CommitNotice notice) {
    notice.key = kKey;
    for (const document::RecordPtr& made : notice.records) {
      notice.encoded.push_back(protocol::encode_operation(kKey, *made));
      notice.sources.emplace_back(made->source);
    }
    std::ranges::sort(notice.sources);
    cost_ = notice.answers.empty() ? session_.follow(notice, Outbox::share(notice.encoded))
                                   : session_.answer(notice);
    take();
  }
  void subscribe(std::uint64_t version) {
    receive(R"({"a":"s","c":"docs","d":"d"})");
    reply(document::ReadContent(storage::Snapshot{.version = version, .exists = true}), true,
          version);
    sent_.clear();
  }
  // Answers the last read.
  void reply(Result<document::ReadContent> content, bool joined = false, std::uint64_t next = 0,
             bool complete = true) {
    const auto read = std::get<document::ReadRequest>(requests_.back());
    deliver(document::ReadReply{read.ticket, read.request.key, std::move(content), complete, joined,
                                next});
  }
  document::Answer ack(std::uint64_t version,
                       std::optional<std::uint64_t> missed_from = std::nullopt) {
    return {.session = {0, 1}, .outcome = document::Ack{"me", 1, version, missed_from}};
  }
  // Of the last submission, when the document was at that version.
  document::Answer refusal(std::uint64_t version) {
    return {
        .session = {0, 1},
        .outcome = document::Refusal{
            std::get<document::Submission>(requests_.back()).request, {"ERR_X", "no"}, version}};
  }
  // The presences that went to channels, as id and value.
  std::vector<std::string> announced() {
    std::vector<std::string> presences;
    for (const presence::ToChannel& call : std::exchange(calls_, {})) {
      const auto& notice = std::get<document::SharedPresence>(call);
      EXPECT_THAT(notice->encoded, HasSubstr(notice->source));
      std::string source = notice->source == kMe ? "me" : "other";
      presences.push_back(notice->presence.id + " " + notice->presence.value + " of " +
                          std::move(source));
    }
    return presences;
  }
  void announce(const std::string& id, const std::string& value) {
    receive(R"({"a":"p","ch":"c","pv":1,"id":")" + id + R"(","p":)" + value + "}");
  }
  std::vector<std::string> sent() { return std::exchange(sent_, {}); }

  Session session_{{0, 1}, "me", "5ea1"};
  std::vector<std::string> sent_;
  std::vector<document::ToDocument> requests_;
  std::vector<document::QueryRequest> queries_;
  std::vector<presence::ToChannel> calls_;
  std::optional<ReadControl> reading_;
  bool awaits_drained_ = false;
  std::optional<transport::CloseCode> closed_;
  bool dropped_ = false;
  int presence_periods_ = 0;
  bool raw_ = false;                  // What is sent is kept whole.
  std::size_t cost_ = 0;              // Of the last commit.
  std::vector<std::string> refused_;  // The codes of all errors that were sent.
};

// ---- Handshake

TEST_F(SessionTest, GreetsWithItsIdAndTheTypeThatClientsInsistOn) {
  session_.open();
  take();
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"init","protocol":1,"protocolMinor":2,"id":"me",)"
                                  R"("type":"http://sharejs.org/types/JSONv0"})"));
}

TEST_F(SessionTest, TheAnswerToAHandshakeNamesTheHistories) {
  receive(R"({"a":"hs"})");
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"hs","protocol":1,"protocolMinor":2,"id":"me",)"
                                  R"("type":"http://sharejs.org/types/JSONv0",)"
                                  R"("x-history":"5ea1"})"));
}

TEST_F(SessionTest, AClientThatWasHereBeforeKeepsItsId) {
  receive(R"({"a":"hs","id":null})");
  receive(R"({"a":"hs","id":"before"})");
  receive(R"({"a":"hs"})");
  EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("id":"me")"), HasSubstr(R"("id":"before")"),
                                  HasSubstr(R"("id":"before")")));
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"op":[]})");
  EXPECT_EQ(*std::get<document::Submission>(requests_.back()).source_id, "before");
}

TEST_F(SessionTest, ASubmissionSentAgainKeepsTheSourceItNames) {
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"src":"before","op":[]})");
  EXPECT_EQ(*std::get<document::Submission>(requests_.back()).source_id, "before");
}

TEST_F(SessionTest, ANameIsTheAuthorOfWhatFollows) {
  receive(R"({"a":"x-name","name":"Ada"})");
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"x-name","name":"Ada"})"));
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"op":[]})");
  EXPECT_EQ(std::get<document::Submission>(requests_.back()).author, "Ada");
}

TEST_F(SessionTest, WhatIsNoMessageClosesTheConnection) {
  receive("nonsense");
  EXPECT_EQ(closed_, transport::CloseCode::kInvalidData);
}

// ---- The order of a document's records and acks

TEST_F(SessionTest, FollowersGetEveryRecordButTheirOwn) {
  subscribe(3);
  commit({.records = {record(3, "other")}});
  commit({.records = {record(4, "me"), record(5, "other")}});
  EXPECT_THAT(sent(), ElementsAre("op 3", "op 5"));
}

TEST_F(SessionTest, AnAckStandsBetweenWhatIsBelowAndWhatIsAbove) {
  subscribe(3);
  commit({.records = {record(3, "other"), record(4, "me"), record(5, "other")},
          .answers = {ack(4, 3)}});
  EXPECT_THAT(sent(), ElementsAre("op 3", "ack 4", "op 5"));
}

TEST_F(SessionTest, AnAuthorWhoDoesNotFollowGetsWhatItMissedBeforeTheAck) {
  commit({.records = {record(3, "other"), record(4, "me"), record(5, "other")},
          .earlier = {record(2, "other")},
          .answers = {ack(4, 2)}});
  EXPECT_THAT(sent(), ElementsAre("op 2", "op 3", "ack 4"));
}

TEST_F(SessionTest, AnAuthorOfSeveralGetsWhatItMissedOnce) {
  commit({.records = {record(3, "other"), record(4, "me"), record(5, "me")},
          .earlier = {record(1, "other"), record(2, "other")},
          .answers = {ack(4, 2), ack(5, 1)}});
  EXPECT_THAT(sent(), ElementsAre("op 2", "op 3", "ack 4", "op 4", "ack 5"));
}

TEST_F(SessionTest, ARefusalLeavesWithTheOutcomeOfItsBatch) {
  subscribe(3);
  receive(R"({"a":"op","c":"docs","d":"d","v":3,"seq":9,"op":[99,"x"]})");
  EXPECT_THAT(sent(), IsEmpty());
  commit({.records = {record(3, "other")}, .answers = {refusal(4)}});
  EXPECT_THAT(sent(), ElementsAre("op 3", R"({"a":"op","c":"docs","d":"d","v":3,"seq":9,)"
                                          R"("error":{"code":"ERR_X","message":"no"}})"));
  EXPECT_THAT(refused_, ElementsAre("ERR_X"));
}

TEST_F(SessionTest, AnswersLeaveInOrderOfArrival) {
  subscribe(3);
  receive(R"({"a":"op","c":"docs","d":"d","v":3,"seq":9,"op":[99,"x"]})");
  commit({.records = {record(3, "other"), record(4, "me"), record(5, "other")},
          .answers = {refusal(4), ack(4)}});
  EXPECT_THAT(sent(), ElementsAre("op 3", HasSubstr("ERR_X"), "ack 4", "op 5"));
}

TEST_F(SessionTest, ASubmissionOfUnknownOutcomeClosesTheConnectionAndHasNoError) {
  receive(R"({"a":"op","c":"docs","d":"d","v":3,"seq":9,"op":["x"]})");
  commit({.answers = {{.session = {0, 1}, .outcome = document::Unsettled{}}}});
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_EQ(closed_, transport::CloseCode::kTryAgainLater);
}

TEST_F(SessionTest, AfterUnsubscribingNothingMoreComes) {
  subscribe(3);
  receive(R"({"a":"u","c":"docs","d":"d"})");
  deliver(document::LeaveReply{std::get<document::LeaveRequest>(requests_.back()).ticket, kKey});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"u","c":"docs","d":"d"})"));
  commit({.records = {record(3, "other")}});
  EXPECT_THAT(sent(), IsEmpty());
}

// ---- Reading

TEST_F(SessionTest, RecordsOfABulkSubscriptionWaitForItsReply) {
  receive(R"({"a":"bs","c":"docs","b":["d","e"]})");
  const auto first = std::get<document::ReadRequest>(requests_[0]);
  const auto second = std::get<document::ReadRequest>(requests_[1]);
  deliver(document::ReadReply{
      first.ticket, kKey, document::ReadContent(storage::Snapshot{.version = 3}), true, true, 3});
  commit({.records = {record(3, "other")}});
  EXPECT_THAT(sent(), IsEmpty());
  deliver(document::ReadReply{
      second.ticket, {"docs", "e"}, document::ReadContent(storage::Snapshot{}), true, true, 0});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"bs","c":"docs","data":{"d":{"v":3,"type":null},)"
                                  R"("e":{"v":0,"type":null}}})",
                                  "op 3"));
  commit({.records = {record(4, "other")}});
  EXPECT_THAT(sent(), ElementsAre("op 4"));
}

TEST_F(SessionTest, ABulkRequestForNothingIsAnswered) {
  receive(R"({"a":"bf","c":"docs","b":[]})");
  receive(R"({"a":"bu","c":"docs","b":[]})");
  EXPECT_THAT(sent(),
              ElementsAre(R"({"a":"bf","c":"docs","data":{}})", R"({"a":"bu","c":"docs","b":[]})"));
}

TEST_F(SessionTest, ADocumentThatFailsWhenManyAreResumedHurtsNoOther) {
  receive(R"({"a":"bs","c":"docs","b":{"d":7,"e":2}})");
  const auto first = std::get<document::ReadRequest>(requests_[0]);
  deliver(document::ReadReply{first.ticket, kKey, Error{"ERR_X", "no"}});
  const auto second = std::get<document::ReadRequest>(requests_[1]);
  deliver(document::ReadReply{second.ticket,
                              {"docs", "e"},
                              document::ReadContent(std::vector<document::RecordPtr>{}),
                              true,
                              true,
                              2});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"bs","c":"docs","data":{"d":{"error":{"code":"ERR_X",)"
                                  R"("message":"no"}},"e":false}})"));
  EXPECT_THAT(refused_, ElementsAre("ERR_X"));
}

TEST_F(SessionTest, ADocumentThatFailsInABulkReplyHurtsNoOther) {
  receive(R"({"a":"bf","c":"docs","b":["d","e"]})");
  const auto first = std::get<document::ReadRequest>(requests_[0]);
  const auto second = std::get<document::ReadRequest>(requests_[1]);
  deliver(document::ReadReply{first.ticket, kKey, Error{"ERR_X", "no"}});
  deliver(document::ReadReply{
      second.ticket, {"docs", "e"}, document::ReadContent(storage::Snapshot{})});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"bf","c":"docs","data":{"d":{"error":{"code":"ERR_X",)"
                                  R"("message":"no"}},"e":{"v":0,"type":null}}})"));
  EXPECT_THAT(refused_, ElementsAre("ERR_X"));
}

TEST_F(SessionTest, AReadOfAWholeTextWaitsForTheAnswersToOperationsBeforeIt) {
  receive(R"({"a":"op","c":"docs","d":"d","v":3,"seq":1,"op":["x"]})");
  requests_.clear();
  receive(R"({"a":"f","c":"docs","d":"d","v":3})");
  receive(R"({"a":"f","c":"docs","d":"e"})");
  ASSERT_EQ(requests_.size(), 2U);
  const auto records = std::get<document::ReadRequest>(requests_.front());
  deliver(document::ReadReply{records.ticket, kKey,
                              document::ReadContent(std::vector<document::RecordPtr>())});
  receive(R"({"a":"f","c":"docs","d":"d"})");
  EXPECT_EQ(requests_.size(), 2U);
  commit({.records = {record(3, "other"), record(4, "me")}, .answers = {ack(4)}});
  EXPECT_EQ(requests_.size(), 3U);
}

TEST_F(SessionTest, FewReadsAreUnderWayAtATime) {
  for (std::size_t i = 0; i < kReadsInFlightPerConnectionMax + 2; ++i) {
    receive(R"({"a":"f","c":"docs","d":"d"})");
  }
  EXPECT_EQ(requests_.size(), kReadsInFlightPerConnectionMax);
  const auto first = std::get<document::ReadRequest>(requests_.front());
  deliver(document::ReadReply{first.ticket, kKey, document::ReadContent(storage::Snapshot{})});
  EXPECT_EQ(requests_.size(), kReadsInFlightPerConnectionMax + 1);
}

TEST_F(SessionTest, ACatchUpGoesOnWhenTheClientHasReadThePartBefore) {
  receive(R"({"a":"s","c":"docs","d":"d","v":0})");
  reply(document::ReadContent(std::vector{record(0, "other"), record(1, "other")}), false, 2,
        false);
  EXPECT_THAT(sent(), ElementsAre("op 0", "op 1"));
  EXPECT_TRUE(awaits_drained_);
  EXPECT_EQ(requests_.size(), 1U);
  session_.drained();
  take();
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(std::get<document::ReadRequest>(requests_.back()).request.version, 2U);
  reply(document::ReadContent(std::vector{record(2, "me")}), true, 3);
  EXPECT_THAT(sent(), ElementsAre("op 2", R"({"a":"s","c":"docs","d":"d"})"));
}

TEST_F(SessionTest, SubscriptionsHaveABound) {
  for (std::size_t i = 0; i <= protocol::kSubscriptionsPerConnectionMax; ++i) {
    receive(R"({"a":"s","c":"docs","d":")" + std::to_string(i) + "\"}");
  }
  EXPECT_THAT(sent(), ElementsAre(HasSubstr("ERR_TOO_MANY_SUBSCRIPTIONS")));
}

// ---- Pace

TEST_F(SessionTest, ReadingPausesWhileTooMuchIsUnanswered) {
  for (std::size_t i = 1; i <= kUnansweredPerConnectionMax; ++i) {
    EXPECT_FALSE(reading_.has_value());
    receive(R"({"a":"op","c":"docs","d":"d","v":0,"op":[],"seq":)" + std::to_string(i) + "}");
  }
  EXPECT_EQ(reading_, ReadControl::kPause);
  commit({.records = {record(0, "me")}, .answers = {ack(0)}});
  EXPECT_EQ(reading_, ReadControl::kResume);
}

// So many components of two bytes each in JSON, and of eight and nine in memory.
std::string dense_operation(std::size_t pairs, std::size_t sequence) {
  std::string op;
  for (std::size_t i = 0; i < pairs; ++i) op += op.empty() ? R"(1,"a")" : R"(,1,"a")";
  return R"({"a":"op","c":"docs","d":"d","v":0,"op":[)" + op + R"(],"seq":)" +
         std::to_string(sequence) + "}";
}

TEST_F(SessionTest, OperationsThatWaitCountAsTheyAreInMemory) {
  constexpr std::size_t kPairs = 600;
  const std::size_t fit = kUnansweredBytesPerConnectionMax / (kPairs * 17) + 1;
  for (std::size_t sequence = 1; !reading_; ++sequence) {
    ASSERT_LE(sequence, fit);
    receive(dense_operation(kPairs, sequence));
  }
  EXPECT_EQ(reading_, ReadControl::kPause);
  document::CommitNotice notice{.records = {record(0, "me")}};
  for (const document::ToDocument& request : requests_) {
    document::Answer answer = ack(0);
    answer.bytes = std::get<document::Submission>(request).bytes;
    notice.answers.push_back(std::move(answer));
  }
  commit(std::move(notice));
  EXPECT_EQ(reading_, ReadControl::kResume);
}

TEST_F(SessionTest, WhatItAskedForIsToldApartWhenItIsGone) {
  receive(R"({"a":"f","c":"docs","d":"d"})");
  receive(R"({"a":"op","c":"docs","d":"e","v":0,"seq":1,"op":["a"]})");
  EXPECT_THAT(session_.asked(), ElementsAre(kKey, storage::DocumentKey{"docs", "e"}));
  ASSERT_EQ(requests_.size(), 2U);
  for (const document::ToDocument& request : requests_) {
    EXPECT_FALSE(document::is_unwanted(request));
  }
  session_.closed();
  for (const document::ToDocument& request : requests_) {
    EXPECT_TRUE(document::is_unwanted(request));
  }
}

TEST_F(SessionTest, TheRoomOfAMessageGrowsToWhatItsOperationTakes) {
  struct Room final : transport::MessageRoom {
    void grow_to(std::size_t bytes) override { grown = bytes; }
    std::size_t grown = 0;
  };
  const auto room = std::make_shared<Room>();
  const std::string message = dense_operation(10'000, 1);
  session_.receive(message, room);
  take();
  const auto& submission = std::get<document::Submission>(requests_.back());
  EXPECT_GT(room->grown, 2 * message.size());
  EXPECT_EQ(room->grown, submission.bytes);
  EXPECT_EQ(submission.room, room);
  EXPECT_EQ(reading_, ReadControl::kPause);  // It is taken, but nothing more.
}

TEST_F(SessionTest, OnlyTheLatestPresenceOfEachWaitsForASlowReader) {
  session_.congested(Congestion::kFull);
  for (const char* value : {"1", "2", "3"}) {
    const protocol::Presence presence{
        .channel = "c", .id = "p", .presence_version = 1, .value = value};
    deliver(document::PresenceNotice{{0, 2}, "other", presence, ""},
            Outbox::share({protocol::encode_presence(presence, "other")}));
  }
  EXPECT_THAT(sent(), IsEmpty());
  session_.drained();
  take();
  EXPECT_THAT(sent(), ElementsAre(HasSubstr("\"p\":3")));
}

TEST_F(SessionTest, APresenceThatWaitsIsNotReplacedByAnEarlierOne) {
  session_.congested(Congestion::kFull);
  for (const std::uint64_t version : {8, 7}) {
    const protocol::Presence presence{.channel = "c",
                                      .id = "p",
                                      .presence_version = version,
                                      .value = version == 8 ? "1" : "null"};
    deliver(document::PresenceNotice{{0, 2}, "other", presence, ""},
            Outbox::share({protocol::encode_presence(presence, "other")}));
  }
  session_.drained();
  take();
  EXPECT_THAT(sent(), ElementsAre(HasSubstr("\"pv\":8")));
}

TEST_F(SessionTest, AnEndThatWaitsIsToldBeforeWhatBeginsAnewWithALowerVersion) {
  session_.congested(Congestion::kFull);
  const auto show = [this](std::uint64_t version, const std::string& value) {
    const protocol::Presence presence{
        .channel = "c", .id = "p", .presence_version = version, .value = value};
    deliver(document::PresenceNotice{{0, 2}, "other", presence, ""},
            Outbox::share({std::to_string(version) + " " + value}));
  };
  const auto read = [this] {
    session_.drained();
    take();
    session_.congested(Congestion::kFull);
    return sent();
  };
  show(7, "1");
  show(8, "null");
  show(1, "2");
  show(2, "3");
  EXPECT_THAT(read(), ElementsAre("8 null", "2 3"));
  show(9, "null");
  show(1, "2");
  show(2, "null");
  EXPECT_THAT(read(), ElementsAre("9 null")) << "what began anew has ended, too";
  show(9, "null");
  show(1, "2");
  show(2, "null");
  show(1, "4");
  show(2, "5");
  EXPECT_THAT(read(), ElementsAre("9 null", "2 5"));
}

TEST_F(SessionTest, TooManyRecordsHeldForABulkReplyDropTheConnection) {
  receive(R"({"a":"bs","c":"docs","b":["d","e"]})");
  const auto first = std::get<document::ReadRequest>(requests_[0]);
  deliver(document::ReadReply{first.ticket, kKey, document::ReadContent(storage::Snapshot{}), true,
                              true, 0});
  document::CommitNotice notice{.key = kKey, .records = {record(0, "other")}};
  notice.encoded = {std::string(kSendQueueBytesMax + 1, 'x')};
  session_.follow(notice, Outbox::share(notice.encoded));
  take();
  EXPECT_TRUE(dropped_);
}

// ---- Queries

TEST_F(SessionTest, AQueryIsAskedWhenTheOneBeforeItIsAnswered) {
  receive(R"({"a":"qf","id":1,"c":"docs","q":{}})");
  receive(R"({"a":"qs","id":2,"c":"docs","q":{"after":"d"}})");
  ASSERT_EQ(queries_.size(), 1U);
  protocol::QueryPage page{
      .documents = {}, .damage = Error{storage::kErrDamaged, "between"}, .next = "e"};
  page.documents.push_back({"d", storage::Snapshot{.version = 3, .exists = true}});
  page.documents.push_back({"e", Error{storage::kErrDamaged, "bad"}});
  deliver(document::QueryReply{queries_[0].query, std::move(page)});
  EXPECT_THAT(
      sent(),
      ElementsAre(
          R"({"a":"qf","id":1,"data":[{"d":"d","v":3,)"
          R"("type":"http://sharejs.org/types/text-unicode","data":""}],)"
          R"("extra":{"next":"e","damage":{"code":"ERR_STORAGE_DAMAGED","message":"between"},)"
          R"("errors":{"e":{"code":"ERR_STORAGE_DAMAGED",)"
          R"("message":"bad"}}}})"));
  ASSERT_EQ(queries_.size(), 2U);
  EXPECT_EQ(queries_[1].query.after, "d");
  deliver(document::QueryReply{queries_[1].query, protocol::QueryPage{}});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"qs","id":2,"data":[]})"));
  receive(R"({"a":"qu","id":2})");
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"qu","id":2})"));
}

TEST_F(SessionTest, QueriesWaitForASlowReader) {
  session_.congested(Congestion::kFull);
  receive(R"({"a":"qf","id":1,"c":"docs","q":{}})");
  EXPECT_TRUE(queries_.empty());
  session_.drained();
  take();
  ASSERT_EQ(queries_.size(), 1U);
  deliver(document::QueryReply{queries_[0].query, Error{storage::kErrIo, "no"}});
  EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("id":1,"error":{"code":"ERR_STORAGE_IO")")));
  EXPECT_THAT(refused_, ElementsAre("ERR_STORAGE_IO"));
}

// ---- Its own sources

TEST_F(SessionTest, OthersKnowItsOperationsByTheNameOfItsSource) {
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"op":["x"]})");
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"src":"before","op":["x"]})");
  const auto& own = std::get<document::Submission>(requests_[0]);
  EXPECT_EQ(own.source, kMe);
  EXPECT_EQ(*own.source_id, "me");
  const auto& former = std::get<document::Submission>(requests_[1]);
  EXPECT_EQ(former.source, storage::source_of("", "before"));
  EXPECT_EQ(*former.source_id, "before");
}

TEST_F(SessionTest, WhatItIsSentOfItsOwnSourcesHasItsIds) {
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"src":"before","op":["x"]})");
  receive(R"({"a":"f","c":"docs","d":"d","v":0})");
  raw_ = true;
  const std::vector<document::RecordPtr> records{record(0, kMe),
                                                 record(1, storage::source_of("", "before")),
                                                 record(2, "me"), record(3, "somebody")};
  reply(document::ReadContent(records));
  const std::vector<std::string> messages = sent();
  ASSERT_EQ(messages.size(), 5U);
  EXPECT_THAT(messages[0], HasSubstr(R"("src":"me")"));
  EXPECT_THAT(messages[1], HasSubstr(R"("src":"before")"));
  EXPECT_THAT(messages[2], HasSubstr(R"("src":"me")"));
  EXPECT_THAT(messages[3], HasSubstr(R"("src":"somebody")"));
}

TEST_F(SessionTest, ANewOperationOfAFormerIdHasThatAndOneOfItsOwnIsAcknowledged) {
  subscribe(1);
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"src":"before","op":["x"]})");
  raw_ = true;
  commit({.records = {record(1, storage::source_of("", "before")), record(2, kMe),
                      record(3, "somebody")}});
  const std::vector<std::string> messages = sent();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_THAT(messages[0], HasSubstr(R"("src":"before")"));
  EXPECT_THAT(messages[1], HasSubstr(R"("src":"somebody")"));
}

TEST_F(SessionTest, WhoIsSentMessagesOfItsOwnCostsMoreThanWhoIsSentThoseOfAll) {
  subscribe(3);
  document::CommitNotice many;
  for (std::uint64_t version = 3; version < 1'003; ++version) {
    many.records.push_back(record(version, "other"));
  }
  commit(many);
  EXPECT_EQ(sent().size(), 1'000U);
  EXPECT_EQ(cost_, 1U);
  receive(R"({"a":"op","c":"docs","d":"d","v":3,"seq":1,"op":["x"]})");
  for (document::RecordPtr& made : many.records) made = record(made->version + 1'000, "other");
  many.answers = {ack(2'003)};
  commit(many);
  EXPECT_EQ(sent().size(), 1'001U);
  EXPECT_GT(cost_, 1'000 / kRecordsLookedAt);
}

TEST_F(SessionTest, AnAckNamesTheIdUnderWhichTheOperationWasSent) {
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"op":["x"]})");
  raw_ = true;
  commit({.answers = {{.session = {0, 1}, .outcome = document::Ack{kMe, 1, 4}}}});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"op","c":"docs","d":"d","src":"me","seq":1,"v":4})"));
}

TEST_F(SessionTest, WhoTakesTheNameOfAnotherSubmitsUnderANameOfItsOwn) {
  receive(R"({"a":"hs","id":")" + storage::source_of("", "victim") + "\"}");
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":9007199254740990,"op":["x"]})");
  EXPECT_NE(std::get<document::Submission>(requests_.back()).source,
            storage::source_of("", "victim"));
}

TEST_F(SessionTest, IdsOfLongAgoAreForgottenAndItsOwnIsNot) {
  for (std::size_t i = 0; i <= kOwnSourcesMax; ++i) {
    receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"op":["x"],"src":")" + std::to_string(i) +
            "\"}");
  }
  receive(R"({"a":"op","c":"docs","d":"d","v":0,"seq":2,"op":["x"]})");
  EXPECT_EQ(std::get<document::Submission>(requests_.back()).source, kMe);
}

// ---- Presence

TEST_F(SessionTest, APresenceReachesNobodyWhoFollowsAnotherDocumentOfTheSameChannel) {
  const auto announce = [this](const storage::DocumentKey& key) {
    const protocol::Presence presence{.channel = protocol::presence_channel(key),
                                      .id = "p",
                                      .presence_version = 1,
                                      .value = "1",
                                      .key = key,
                                      .version = 0};
    deliver(document::PresenceNotice{{0, 2}, "other", presence, ""},
            Outbox::share({protocol::encode_presence(presence, "other")}));
  };
  receive(R"({"a":"s","c":"docs.x","d":"y"})");
  announce({"docs", "x.y"});
  EXPECT_THAT(sent(), IsEmpty());
  announce({"docs.x", "y"});
  EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("c":"docs.x","d":"y")")));
  announce({"docs", "x"});
  EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("c":"docs","d":"x")")))
      << "no other document has that channel";
}

TEST_F(SessionTest, PresencesAreTakenBackWhenTheConnectionIsGone) {
  receive(R"({"a":"p","ch":"c","id":"here","p":1,"pv":4})");
  receive(R"({"a":"p","ch":"c","id":"gone","p":1,"pv":1})");
  EXPECT_EQ(session_.presences(), 2U);
  receive(R"({"a":"p","ch":"c","id":"gone","p":null,"pv":2})");
  EXPECT_EQ(session_.presences(), 1U);
  calls_.clear();
  session_.closed();
  take();
  EXPECT_EQ(session_.presences(), 0U);
  ASSERT_EQ(calls_.size(), 1U);
  const auto notice = std::get<document::SharedPresence>(calls_.front());
  EXPECT_EQ(notice->encoded,
            R"({"a":"p","ch":"c","id":"here","p":null,"pv":4,"src":")" + kMe + R"("})");
}

TEST_F(SessionTest, PresencesHaveABound) {
  for (std::size_t i = 0; i <= kPresencesPerConnectionMax; ++i) {
    receive(R"({"a":"p","ch":"c","p":1,"pv":1,"id":")" + std::to_string(i) + "\"}");
  }
  EXPECT_THAT(sent(), ElementsAre(HasSubstr("ERR_TOO_MANY_PRESENCES")));
  EXPECT_THAT(refused_, ElementsAre("ERR_TOO_MANY_PRESENCES"));
  EXPECT_EQ(session_.presences(), kPresencesPerConnectionMax);
}

TEST_F(SessionTest, APresenceIsAboutTheSameDocumentUntilItEnds) {
  const auto about = [](const char* document, const char* value) {
    return std::string(R"({"a":"p","ch":"docs.a.b","id":"p","pv":1,"v":0,"p":)") + value +
           document + "}";
  };
  receive(about(R"(,"c":"docs","d":"a.b")", "1"));
  receive(about(R"(,"c":"docs.a","d":"b")", "2"));
  receive(about("", "3"));
  EXPECT_THAT(refused_, ElementsAre("ERR_MESSAGE_BADLY_FORMED", "ERR_MESSAGE_BADLY_FORMED"));
  receive(about(R"(,"c":"docs","d":"a.b")", "null"));
  receive(about("", "4"));
  EXPECT_EQ(refused_.size(), 2U);
  EXPECT_EQ(session_.presences(), 1U);
}

TEST_F(SessionTest, APresenceThatEndsBeforeItWasShownIsShownToNobody) {
  announce("p", "1");
  for (int i = 0; i < 100; ++i) {
    announce("p", "null");
    announce("p", "2");
  }
  EXPECT_THAT(announced(), ElementsAre("p 1 of me", "p null of me"));
  session_.presence_period_over();
  take();
  announce("p", "null");
  EXPECT_THAT(announced(), ElementsAre("p 2 of me", "p null of me"));
  EXPECT_EQ(session_.presences(), 0U);
}

TEST_F(SessionTest, OfManyNamesOfPresencesAPeriodHasAsManyAsAConnectionMayAnnounce) {
  for (std::size_t i = 0; i < 1'000; ++i) announce(std::to_string(i).c_str(), "null");
  EXPECT_EQ(announced().size(), kPresencesPerConnectionMax);
  session_.presence_period_over();
  take();
  EXPECT_EQ(announced().size(), kPresencesPerConnectionMax);
  session_.presence_period_over();
  take();
  EXPECT_THAT(announced(), IsEmpty());
}

TEST_F(SessionTest, AllPresencesAreAcknowledgedAndTheLatestOfAPeriodGoesOut) {
  announce("p", "1");
  EXPECT_THAT(announced(), ElementsAre("p 1 of me"));
  for (int i = 2; i <= 100; ++i) announce("p", std::to_string(i));
  announce("q", "1");
  EXPECT_THAT(announced(), ElementsAre("q 1 of me"));
  EXPECT_EQ(sent().size(), 99U) << "the acks of what waits";
  session_.presence_period_over();
  take();
  EXPECT_THAT(announced(), ElementsAre("p 100 of me"));
  session_.presence_period_over();
  take();
  EXPECT_THAT(announced(), IsEmpty());
  EXPECT_EQ(presence_periods_, 2);
}

TEST_F(SessionTest, LargePresencesShareAPeriod) {
  const std::string large = "\"" + std::string(kPresenceBytesPerPeriod / 2, 'x') + "\"";
  for (const char* id : {"p", "q", "r"}) announce(id, large);
  EXPECT_EQ(announced().size(), 1U);
  for (int i = 0; i < 2; ++i) {
    session_.presence_period_over();
    take();
    EXPECT_EQ(announced().size(), 1U);
  }
}

TEST_F(SessionTest, TheEndOfAPresenceNeverWaits) {
  announce("p", "1");
  announce("p", "2");
  announce("p", "null");
  EXPECT_THAT(announced(), ElementsAre("p 1 of me", "p null of me"));
  session_.presence_period_over();
  take();
  EXPECT_THAT(announced(), IsEmpty()) << "the second value is over";
}

TEST_F(SessionTest, APresenceIsAcknowledgedWithTheIdThatTheClientKnows) {
  announce("p", "1");
  const auto notice = std::get<document::SharedPresence>(calls_.back());
  deliver(*notice, Outbox::share({notice->encoded}));
  announce("p", "2");
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"p","ch":"c","id":"p","p":1,"pv":1,"src":"me"})",
                                  R"({"a":"p","ch":"c","id":"p","p":2,"pv":1,"src":"me"})"));
}

TEST_F(SessionTest, APresenceWithoutADocumentIsNotShownToWhoHasNotSeenItsVersion) {
  const auto show = [this](std::uint64_t version) {
    const protocol::Presence presence{
        .channel = "docs.d", .id = "p", .value = "1", .version = version};
    deliver(document::PresenceNotice{{0, 2}, "other", presence, ""},
            Outbox::share({std::to_string(version)}));
  };
  show(7);
  subscribe(3);
  show(3);
  show(4);
  EXPECT_THAT(sent(), ElementsAre("3"));
}

TEST_F(SessionTest, WhoTakesAnotherIdTakesItsPresencesBackUnderTheOldOne) {
  announce("p", "1");
  announce("p", "2");
  receive(R"({"a":"hs","id":"other"})");
  EXPECT_THAT(announced(), ElementsAre("p 1 of me", "p null of me"));
  session_.presence_period_over();
  take();
  EXPECT_THAT(announced(), IsEmpty());
  announce("p", "3");
  EXPECT_THAT(announced(), ElementsAre("p 3 of other"));
}

TEST_F(SessionTest, AMessageWithAFaultIsRefusedWithItsCode) {
  receive(R"({"a":"op","c":"docs","d":"d","v":-1,"seq":1,"op":["x"]})");
  receive(R"({"a":"f","c":"docs"})");
  EXPECT_THAT(refused_, ElementsAre("ERR_MESSAGE_BADLY_FORMED", "ERR_MESSAGE_BADLY_FORMED"));
}

TEST_F(SessionTest, WhoCameBackIsAskedForItsOwnPresences) {
  receive(R"({"a":"ps","ch":"c","seq":1})");
  deliver(presence::ChannelJoined{1, "c"});
  EXPECT_THAT(sent(), ElementsAre(R"({"a":"ps","ch":"c","seq":1})"));
  receive(R"({"a":"hs","id":"before"})");
  receive(R"({"a":"ps","ch":"e","seq":2})");
  deliver(presence::ChannelJoined{2, "e"});
  EXPECT_THAT(sent(), ElementsAre(StartsWith(R"({"a":"hs")"), R"({"a":"ps","ch":"e","seq":2})",
                                  R"({"a":"pr","ch":"e"})"));
}

}  // namespace
}  // namespace cowrite::session
