// A DocumentHost between a real log and the test: what readers are told while an append is in
// flight.

#include "server/document/document_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/document/limits.h"
#include "storage/rocksdb_log.h"
#include "storage/source.h"
#include "tests/ot/notation.h"

namespace cowrite::document {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The log in memory, but appends wait until the test lets them through.
class HeldLog final : public storage::OperationLog {
 public:
  HeldLog() : log_(*storage::RocksDbLog::open("", storage::OpenMode::kInMemory)) {}

  using OperationLog::append;
  void append(std::vector<storage::Append> appends,
              std::function<void(const Outcomes&)> done) override {
    held_.emplace_back([this, appends = std::move(appends), done = std::move(done)]() mutable {
      log_->append(std::move(appends), std::move(done));
    });
    if (!holding) release();
  }
  void save_checkpoint(storage::DocumentKey key, storage::Snapshot snapshot) override {
    log_->save_checkpoint(std::move(key), std::move(snapshot));
  }
  void pack(storage::DocumentKey key, std::uint64_t version) override {
    log_->pack(std::move(key), version);
  }
  void read(const storage::ReadOrder& order,
            std::function<void(const storage::History&)> job) override {
    log_->read(order, std::move(job));
  }

  void release() {
    for (auto& append : std::exchange(held_, {})) append();
  }
  [[nodiscard]] bool held() const { return !held_.empty(); }

  bool holding = false;

 private:
  std::unique_ptr<storage::RocksDbLog> log_;
  std::vector<std::function<void()>> held_;
};

// A host with the test's thread for a loop; what it tells sessions is noted in the order told.
class DocumentHostTest : public ::testing::Test {
 protected:
  static constexpr SessionId kAlice{0, 1};
  static constexpr SessionId kBob{0, 2};

  DocumentHostTest() : host_(DocumentHost::open({"docs", "d"}, log_, ports_, storage::Payer{1})) {}

  HostPorts ports() {
    HostPorts ports;
    ports.now_ms = [this] { return now_ms_ += 10; };
    ports.run = [this](const storage::DocumentKey&, std::function<void()> work) {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(work));
      arrived_.notify_one();
    };
    ports.run_after = [this](const storage::DocumentKey&, std::chrono::milliseconds,
                             std::function<void()> work) { later_.push_back(std::move(work)); };
    ports.run_gathered = [](const storage::DocumentKey&, const auto& work) { work(); };
    ports.append = [this](storage::Append append,
                          std::function<void(storage::AppendOutcome)> done) {
      const storage::DocumentKey key = append.key;
      log_.append(std::move(append),
                  [this, key, done = std::move(done)](storage::AppendOutcome outcome) {
                    ports_.run(key, [done, outcome] { done(outcome); });
                  });
    };
    ports.reply = [this](SessionId, const HostPorts::Reply& reply) {
      std::visit([this](const auto& known) { note(known); }, reply);
    };
    ports.announce = [this](LoopIndex, const SharedCommit& notice) {
      if (keeps_notices_) kept_.push_back(notice);
      for (const std::string& message : notice->all_encoded()) told_.push_back(message);
      for (const Answer& answer : notice->answers) {
        const auto* ack = std::get_if<Ack>(&answer.outcome);
        told_.push_back(ack ? "ack " + std::to_string(ack->version) : "no ack");
      }
    };
    ports.announce_presence = [this](const SharedPresence& notice) {
      told_.push_back(notice->encoded);
    };
    ports.on_client_ahead = [this](const auto&, std::uint64_t seen, std::uint64_t held) {
      told_.push_back("ahead " + std::to_string(seen) + " > " + std::to_string(held));
    };
    ports.told_at_once = told_at_once_;
    ports.memory = memory_;
    ports.run_apart = [this](const storage::DocumentKey&, const auto& begin) {
      if (holds_turns_) return turns_.push_back(begin);
      holds_apart_ ? apart_.push_back(begin()) : begin()();
    };
    ports.halt = [] { FAIL() << "the log is fine"; };
    return ports;
  }

  void note(const ReadReply& reply) {
    if (!reply.content) {
      told_.push_back("error " + std::string(reply.content.error().code));
    } else if (const auto* snapshot = std::get_if<storage::Snapshot>(&*reply.content)) {
      told_.push_back(describe(*snapshot) + (reply.joined ? " joined" : ""));
    } else {
      const auto& records = std::get<std::vector<RecordPtr>>(*reply.content);
      told_.push_back(std::to_string(records.size()) + " records" +
                      (reply.complete ? "" : ", more from " + std::to_string(reply.next)) +
                      (reply.joined ? " joined" : ""));
    }
  }
  void note(const LeaveReply&) { told_.emplace_back("left"); }
  void note(const SnapshotReply& reply) {
    told_.push_back(reply.snapshot ? describe(*reply.snapshot)
                                   : "error " + std::string(reply.snapshot.error().code));
  }
  void note(const PresenceAcknowledged& reply) {
    told_.push_back("presence " + reply.presence->presence.id + " acknowledged");
  }
  void note(const PresenceRefused& refused) {
    told_.push_back("presence refused " + std::string(refused.error.code));
  }
  static std::string describe(const storage::Snapshot& snapshot) {
    return std::to_string(snapshot.version) + " " +
           (snapshot.exists ? "'" + snapshot.text.to_string() + "'" : "(none)");
  }

  void submit(std::uint64_t sequence, std::optional<std::uint64_t> base, storage::Change change) {
    protocol::Submit request{.key = {"docs", "d"}, .version = base, .sequence = sequence};
    request.change = std::move(change);
    host_->handle(Submission{kAlice, "alice", "", std::move(request), 0});
  }
  void edit(std::uint64_t sequence, std::uint64_t base, std::string_view notation) {
    submit(sequence, base, storage::Edit{ot::op(notation)});
  }
  // The document has so many records, of which not all are in memory.
  void reopen_with(std::uint64_t records) {
    submit(1, std::nullopt, storage::Create{""});
    (void)told(1);
    for (std::uint64_t version = 1; version < records; ++version) {
      edit(version + 1, version, "'x'");
      (void)told(1);
    }
    host_ = DocumentHost::open({"docs", "d"}, log_, ports_, storage::Payer{1});
  }
  // So many components that it takes long.
  void edit_at_length(std::uint64_t sequence, std::uint64_t version) {
    std::string many;
    for (std::size_t i = 0; i <= kComponentsApart / 2; ++i) many += i == 0 ? "'x'" : " 1 'x'";
    edit(sequence, version, many);
  }

  void read(protocol::ReadKind kind, std::optional<std::uint64_t> version = std::nullopt) {
    host_->handle(ReadRequest{kBob, 1, {kind, {"docs", "d"}, version}});
  }

  // Leaves no room for another document, however small.
  std::vector<DocumentMemory::Charge> all_of_memory() {
    std::vector<DocumentMemory::Charge> all;
    for (const std::size_t bytes : {kSmallDocumentBytes, kOpenDocumentBytes}) {
      while (DocumentMemory::Charge charge = memory_->try_charge(bytes)) {
        all.push_back(std::move(charge));
      }
    }
    return all;
  }
  // Runs what was posted until `count` things were told, waiting for the log's threads.
  std::vector<std::string> told(std::size_t count) {
    while (told_.size() < count) run_one();
    return std::exchange(told_, {});
  }
  void run_later() {
    for (const std::function<void()>& work : std::exchange(later_, {})) work();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !posted_.empty(); });
    const std::function<void()> work = std::move(posted_.front());
    posted_.pop_front();
    lock.unlock();
    work();
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
  std::vector<std::function<void()>> later_;
  std::vector<std::string> told_;
  std::size_t told_at_once_ = 0;
  bool keeps_notices_ = false;  // As a loop does that has not told all of its sessions.
  std::vector<SharedCommit> kept_;
  bool holds_turns_ = false;  // What takes long waits for its turn in turns_.
  std::vector<std::function<HostPorts::Work()>> turns_;
  bool holds_apart_ = false;  // What takes long waits in apart_.
  std::vector<std::function<void()>> apart_;
  std::shared_ptr<DocumentMemory> memory_ = std::make_shared<DocumentMemory>(std::size_t{1} << 30);
  std::int64_t now_ms_ = 1'000;
  const HostPorts ports_ = ports();
  HeldLog log_;
  std::shared_ptr<DocumentHost> host_;
};

TEST_F(DocumentHostTest, RequestsWaitWhileTheDocumentLoads) {
  read(protocol::ReadKind::kFetch);
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_FALSE(host_->idle());
  EXPECT_THAT(told(1), ElementsAre("0 (none)"));
  EXPECT_TRUE(host_->idle());
}

TEST_F(DocumentHostTest, ASubscriptionDuringAnAppendGetsTheCommittedTextAndThenTheRecord) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  log_.holding = true;
  edit(2, 1, "2 'c'");
  ASSERT_TRUE(log_.held());
  read(protocol::ReadKind::kSubscribe);
  EXPECT_THAT(told(1), ElementsAre("1 'ab' joined"));
  log_.release();
  EXPECT_THAT(
      told(2),
      ElementsAre(R"({"a":"op","c":"docs","d":"d","v":1,"src":"alice","seq":2,"op":[2,"c"]})",
                  "ack 1"));
}

TEST_F(DocumentHostTest, FetchesAndSnapshotsDuringAnAppendSeeTheCommittedVersion) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  log_.holding = true;
  edit(2, 1, "2 'c'");
  read(protocol::ReadKind::kFetch);
  read(protocol::ReadKind::kFetch, 0);
  host_->handle(SnapshotRequest{kBob, 1, {"docs", "d"}, storage::Newest{}});
  host_->handle(SnapshotRequest{kBob, 2, {"docs", "d"}, storage::AtVersion{2}});
  EXPECT_THAT(told(4), ElementsAre("1 'ab'", "1 records", "1 'ab'",
                                   "error ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT"));
}

TEST_F(DocumentHostTest, AClientThatDoesNotWaitForAcksIsNotAheadOfTheLog) {
  submit(1, std::nullopt, storage::Create{"ab"});
  edit(2, 1, "'x'");
  const std::vector<std::string> all = told(4);  // Of each, the record and the ack.
  EXPECT_THAT(all, testing::Contains("ack 0"));
  EXPECT_THAT(all, testing::Contains("ack 1"));
}

TEST_F(DocumentHostTest, AClientThatIsAheadOfTheLogIsRefusedAndReported) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  read(protocol::ReadKind::kFetch, 2);
  read(protocol::ReadKind::kSubscribe, 7);
  edit(2, 3, "'x'");
  EXPECT_THAT(
      told(6),
      ElementsAre("ahead 2 > 1", "error ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT", "ahead 7 > 1",
                  "error ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT", "ahead 3 > 1", "no ack"));
  EXPECT_TRUE(host_->idle());  // Nobody was subscribed.
  read(protocol::ReadKind::kFetch, 1);
  EXPECT_THAT(told(1), ElementsAre("0 records"));
}

TEST_F(DocumentHostTest, SaysHowMuchMemoryItsDocumentTakes) {
  submit(1, std::nullopt, storage::Create{"a"});
  (void)told(2);
  const std::size_t small = memory_->bytes();
  EXPECT_GE(small, kOpenDocumentBytes);
  EXPECT_LT(small, 2 * kOpenDocumentBytes);
  edit(2, 1, "'" + std::string(100'000, 'x') + "'");
  (void)told(2);
  EXPECT_GT(memory_->bytes(), 200'000);  // In the text, and in the newest record.
  EXPECT_LT(memory_->bytes(), 300'000);
}

TEST_F(DocumentHostTest, ADocumentThatIsForgottenIsLoadedAnewForThoseWhoFollowIt) {
  submit(1, std::nullopt, storage::Create{"a"});
  (void)told(2);
  read(protocol::ReadKind::kSubscribe, std::nullopt);
  EXPECT_THAT(told(1), ElementsAre("1 'a' joined"));
  EXPECT_TRUE(host_->unload());
  EXPECT_EQ(memory_->bytes(), 0U);
  EXPECT_FALSE(host_->idle()) << "somebody follows it";
  edit(2, 1, "1 'b'");
  EXPECT_THAT(told(2), ElementsAre(HasSubstr("\"op\":[1,\"b\"]"), "ack 1"));
}

TEST_F(DocumentHostTest, AStepThatTakesLongIsDoneElsewhereAndWhatComesMeanwhileWaits) {
  submit(1, std::nullopt, storage::Create{std::string(kComponentsApart, 'a')});
  (void)told(2);
  holds_apart_ = true;
  edit_at_length(2, 1);
  read(protocol::ReadKind::kFetch, 1);
  ASSERT_EQ(apart_.size(), 1U);
  EXPECT_FALSE(host_->idle());
  EXPECT_FALSE(host_->unload());
  EXPECT_THAT(told_, IsEmpty());
  apart_.front()();
  EXPECT_THAT(told(3), ElementsAre("0 records", HasSubstr("\"op\":"), "ack 1"));
}

TEST_F(DocumentHostTest, UntilItIsTheTurnOfAStepThatTakesLongTheDocumentStaysAndNothingOvertakes) {
  submit(1, std::nullopt, storage::Create{std::string(kComponentsApart, 'a')});
  (void)told(2);
  holds_turns_ = true;
  edit_at_length(2, 1);
  edit(3, 1, "'y'");
  read(protocol::ReadKind::kFetch, 1);
  ASSERT_EQ(turns_.size(), 1U);
  EXPECT_FALSE(host_->idle());
  EXPECT_FALSE(host_->unload());
  EXPECT_THAT(told_, IsEmpty());
  holds_turns_ = false;
  turns_.front()()();
  EXPECT_THAT(told(5), ElementsAre("0 records", HasSubstr("\"op\":"), "ack 1", HasSubstr("\"op\":"),
                                   "ack 2"));
}

TEST_F(DocumentHostTest, RecordsThatAreLongToWriteAreWrittenElsewhere) {
  read(protocol::ReadKind::kFetch);
  (void)told(1);
  holds_apart_ = true;
  submit(1, std::nullopt, storage::Create{std::string(kEncodedApartBytes, 'a')});
  while (apart_.empty()) run_one();  // It is committed.
  read(protocol::ReadKind::kFetch, 1);
  EXPECT_THAT(told_, IsEmpty());
  apart_.front()();
  EXPECT_THAT(told(3), ElementsAre(HasSubstr("\"create\":"), "ack 0", "0 records"));
}

TEST_F(DocumentHostTest, OperationsBecomeOneBatchWhileFollowersHaveNotBeenToldOfAFew) {
  submit(1, std::nullopt, storage::Create{"a"});
  (void)told(2);
  read(protocol::ReadKind::kSubscribe);
  (void)told(1);
  keeps_notices_ = true;
  std::uint64_t version = 1;
  for (; version <= kUntoldCommitsMax; ++version) {
    edit(version + 1, version, "'x'");
    (void)told(2);
  }
  log_.holding = true;
  edit(version + 1, version, "'y'");
  edit(version + 2, version, "'z'");
  run_later();
  EXPECT_FALSE(log_.held());
  EXPECT_FALSE(host_->unload()) << "they wait in it";
  kept_.erase(kept_.begin());  // All have been told of one.
  run_later();
  EXPECT_TRUE(log_.held());
  log_.release();
  EXPECT_THAT(told(4),
              ElementsAre(HasSubstr("\"op\":[\"y\"]"), HasSubstr("\"op\":[\"z\"]"),
                          "ack " + std::to_string(version), "ack " + std::to_string(version + 1)));
}

TEST_F(DocumentHostTest, WhereNobodyFollowsOrFewNoOperationWaitsForThem) {
  told_at_once_ = 2;
  const HostPorts told_at_once = ports();
  host_ = DocumentHost::open({"docs", "d"}, log_, told_at_once, storage::Payer{1});
  keeps_notices_ = true;
  submit(1, std::nullopt, storage::Create{"a"});
  (void)told(2);
  read(protocol::ReadKind::kSubscribe);
  (void)told(1);
  for (std::uint64_t version = 1; version <= 2 * kUntoldCommitsMax; ++version) {
    edit(version + 1, version, "'x'");
    (void)told(2);
  }
  EXPECT_THAT(later_, IsEmpty());
  host_.reset();
}

TEST_F(DocumentHostTest, ADocumentThatIsWrittenIsNotForgotten) {
  submit(1, std::nullopt, storage::Create{"a"});
  (void)told(2);
  log_.holding = true;
  edit(2, 1, "1 'b'");
  EXPECT_FALSE(host_->unload());
  log_.release();
  EXPECT_THAT(told(2), ElementsAre(HasSubstr("\"op\":[1,\"b\"]"), "ack 1"));
  EXPECT_TRUE(host_->unload());
}

TEST_F(DocumentHostTest, ReadsThePastFromTheLog) {
  submit(1, std::nullopt, storage::Create{"a"});
  (void)told(1);
  edit(2, 1, "1 'b'");
  (void)told(1);
  edit(3, 2, "2 'c'");
  (void)told(1);
  host_->handle(SnapshotRequest{kBob, 1, {"docs", "d"}, storage::AtVersion{2}});
  EXPECT_THAT(told(1), ElementsAre("2 'ab'"));
  host_->handle(SnapshotRequest{kBob, 1, {"docs", "d"}, storage::AtVersion{0}});
  EXPECT_THAT(told(1), ElementsAre("0 (none)"));
  host_->handle(SnapshotRequest{kBob, 1, {"docs", "d"}, storage::AtTime{1'015}});
  EXPECT_THAT(told(1), ElementsAre("1 'a'"));
}

TEST_F(DocumentHostTest, AReopenedDocumentAnswersFarReadersFromTheLogInParts) {
  reopen_with(301);
  read(protocol::ReadKind::kSubscribe, 0);
  EXPECT_THAT(told(1), ElementsAre("45 records, more from 45"));
  read(protocol::ReadKind::kSubscribe, 45);
  EXPECT_THAT(told(1), ElementsAre("256 records joined"));
}

// As it is where a history was written before sources had names.
TEST_F(DocumentHostTest, ARepeatIsRecognisedInALogThatHoldsItUnderItsId) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  edit(2, 1, "'x'");
  (void)told(1);
  const auto repeat = [this](std::uint64_t sequence, std::string_view notation) {
    protocol::Submit request{.key = {"docs", "d"}, .version = 1, .sequence = sequence};
    request.change = storage::Edit{ot::op(notation)};
    host_->handle(Submission{.session = kAlice,
                             .source = storage::source_of("", "alice"),
                             .request = std::move(request),
                             .source_id = std::make_shared<const std::string>("alice")});
  };
  repeat(2, "'x'");
  EXPECT_THAT(told(1), ElementsAre("ack 1")) << "in memory";
  host_.reset();
  host_ = DocumentHost::open({"docs", "d"}, log_, ports_, storage::Payer::kServer);
  repeat(2, "'x'");
  EXPECT_THAT(told(1), ElementsAre("ack 1")) << "after a restart";
  repeat(2, "'y'");
  EXPECT_THAT(told(1), ElementsAre("no ack"));
  repeat(3, "'z'");
  EXPECT_THAT(told(2), ElementsAre(HasSubstr(storage::source_of("", "alice")), "ack 2"));
  repeat(3, "'z'");
  EXPECT_THAT(told(1), ElementsAre("ack 2"));
}

TEST_F(DocumentHostTest, ARepeatFromFarBehindIsRecognisedUnderItsId) {
  reopen_with(301);
  protocol::Submit request{.key = {"docs", "d"}, .version = 1, .sequence = 301};
  request.change = storage::Edit{ot::op("'x'")};
  host_->handle(Submission{.session = kAlice,
                           .source = storage::source_of("", "alice"),
                           .request = std::move(request),
                           .source_id = std::make_shared<const std::string>("alice")});
  EXPECT_THAT(told(1), ElementsAre("ack 300"));
}

TEST_F(DocumentHostTest, ADocumentThatIsFollowedIsNotIdle) {
  read(protocol::ReadKind::kSubscribe);
  (void)told(1);
  EXPECT_FALSE(host_->idle());
  host_->leave(kBob.loop);
  EXPECT_TRUE(host_->idle());
}

TEST_F(DocumentHostTest, APresenceIsMovedOverWhatItsSenderHadNotSeen) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  edit(2, 1, "'xyz'");
  (void)told(1);
  protocol::Presence presence{.channel = "docs.d", .id = "p", .presence_version = 1, .value = "1"};
  presence.key = {"docs", "d"};
  presence.version = 1;
  presence.type = protocol::kTextType;
  host_->handle(DocumentPresence{kBob, "bob", presence});
  EXPECT_THAT(told(1), ElementsAre(R"({"a":"p","ch":"docs.d","id":"p","p":4,"pv":1,"c":"docs",)"
                                   R"("d":"d","v":2,"t":"http://sharejs.org/types/text-unicode",)"
                                   R"("src":"bob"})"));
  presence.type.reset();
  host_->handle(DocumentPresence{kBob, "bob", presence});
  EXPECT_THAT(told(1), ElementsAre("presence refused ERR_DOC_TYPE_NOT_RECOGNIZED"));
}

TEST_F(DocumentHostTest, APresenceOfAVersionToComeIsAcknowledgedAndWaitsForIt) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  protocol::Presence presence{.channel = "docs.d", .id = "p", .presence_version = 1, .value = "7"};
  presence.key = {"docs", "d"};
  presence.version = 2;
  presence.type = protocol::kTextType;
  host_->handle(DocumentPresence{kBob, "bob", presence});
  presence.value = "8";
  host_->handle(DocumentPresence{kBob, "bob", presence});
  presence.id = "q";
  presence.version = storage::kIntegerMax;
  host_->handle(DocumentPresence{kBob, "bob", presence});
  EXPECT_THAT(told(3), ElementsAre("presence p acknowledged", "presence p acknowledged",
                                   "presence q acknowledged"));
  edit(2, 1, "'x'");
  const auto after = told(3);
  EXPECT_EQ(after[1], "ack 1");
  EXPECT_THAT(after.back(), HasSubstr(R"("id":"p","p":8,"pv":1)"));
  presence.value = "null";
  host_->handle(DocumentPresence{kBob, "bob", presence});
  EXPECT_THAT(told(1), ElementsAre(HasSubstr(R"("p":null,"pv":1,"c":"docs","d":"d","v":2)")))
      << "its end names no version to come";
}

TEST_F(DocumentHostTest, WhereMemoryIsScarceALargePresenceWaitsForNothing) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  protocol::Presence presence{.channel = "docs.d", .id = "large", .presence_version = 1};
  presence.value = '"' + std::string(kSmallPresenceBytes, 'x') + '"';
  presence.key = {"docs", "d"};
  presence.version = 2;
  presence.type = protocol::kTextType;
  const protocol::Presence large = presence;
  presence.id = "small";
  presence.value = "7";
  host_->handle(DocumentPresence{kBob, "bob", large});
  host_->handle(DocumentPresence{kBob, "bob", presence});
  (void)told(2);
  EXPECT_TRUE(host_->shed());
  edit(2, 1, "'x'");
  EXPECT_THAT(told(3).back(), HasSubstr(R"("id":"small")"));
  const DocumentMemory::Charge all = memory_->charge(memory_->bytes_max());
  ASSERT_TRUE(host_->unload());
  host_->handle(DocumentPresence{kBob, "bob", large});
  EXPECT_THAT(told(1), ElementsAre("presence large acknowledged"));
}

TEST_F(DocumentHostTest, WhileADocumentIsNotHereTheLatestOfAPresenceWaitsAndItsEndDoesNot) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  ASSERT_TRUE(host_->unload());
  const auto show = [this](std::uint64_t version, const std::string& value) {
    protocol::Presence presence{
        .channel = "docs.d", .id = "p", .presence_version = version, .value = value};
    presence.key = {"docs", "d"};
    presence.version = 1;
    presence.type = protocol::kTextType;
    host_->handle(DocumentPresence{kBob, "bob", presence});
    return std::exchange(told_, {});
  };
  EXPECT_THAT(show(1, "1"), IsEmpty());
  EXPECT_THAT(show(2, "2"), ElementsAre("presence p acknowledged"));
  EXPECT_THAT(show(3, "null"),
              ElementsAre("presence p acknowledged", HasSubstr(R"("p":null,"pv":3)")));
  EXPECT_THAT(show(5, "1"), IsEmpty());
  EXPECT_THAT(show(4, "null"), ElementsAre(HasSubstr(R"("p":null,"pv":4)")))
      << "of an older connection of that client";
  EXPECT_THAT(told(1), ElementsAre(HasSubstr(R"("p":1,"pv":5)")));
}

TEST_F(DocumentHostTest, WhatNobodyWaitsForAnyLongerIsNotReadAgain) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  const auto read_past = [this](const Asker& asker) {
    host_->handle(SnapshotRequest{kBob, 1, {"docs", "d"}, storage::AtVersion{0}, {}, asker});
    run_one();
    EXPECT_EQ(later_.size(), 1U) << "there is no room for it now";
  };
  std::vector<DocumentMemory::Charge> all = all_of_memory();
  Asker asker = Asker::session();
  read_past(asker);
  asker.leave();
  run_later();
  run_one();
  EXPECT_TRUE(later_.empty());
  EXPECT_TRUE(host_->idle());
  (void)std::exchange(told_, {});
  read_past(Asker::session());
  all.clear();
  run_later();
  EXPECT_THAT(told(1), ElementsAre("0 (none)"));
}

TEST_F(DocumentHostTest, ADocumentThatNobodyWaitsForAnyLongerIsNotLoaded) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  ASSERT_TRUE(host_->unload());
  const std::vector<DocumentMemory::Charge> all = all_of_memory();
  Asker asker = Asker::session();
  host_->handle(ReadRequest{kBob, 1, {protocol::ReadKind::kFetch, {"docs", "d"}}, {}, asker});
  run_one();
  ASSERT_EQ(later_.size(), 1U) << "there is no room for it now";
  asker.leave();
  host_->asker_gone();
  run_later();
  run_one();
  EXPECT_TRUE(later_.empty());
  EXPECT_TRUE(host_->idle());
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(DocumentHostTest, WhatManyLeftBehindIsNeverMoreThanWhatWaitedBefore) {
  submit(1, std::nullopt, storage::Create{"ab"});
  (void)told(1);
  ASSERT_TRUE(host_->unload());
  const Asker stays = Asker::session();
  const auto fetch = [this](const Asker& asker) {
    host_->handle(ReadRequest{kBob, 1, {protocol::ReadKind::kFetch, {"docs", "d"}}, {}, asker});
  };
  for (std::size_t i = 0; i < kLookedThroughAtOnce; ++i) fetch(stays);
  for (std::size_t i = 0; i < 8 * kLookedThroughAtOnce; ++i) {
    Asker goes = Asker::session();
    fetch(goes);
    goes.leave();
    host_->asker_gone();
  }
  while (!host_->idle()) run_one();
  EXPECT_GE(told_.size(), kLookedThroughAtOnce);
  EXPECT_LE(told_.size(), 2 * kLookedThroughAtOnce);
}

TEST_F(DocumentHostTest, APresenceThatIsTooFarBehindIsRefusedButItsEndIsAnnounced) {
  reopen_with(301);
  protocol::Presence presence{.channel = "docs.d", .id = "p", .presence_version = 1, .value = "1"};
  presence.key = storage::DocumentKey{"docs", "d"};
  presence.version = 1;
  presence.type = protocol::kTextType;
  host_->handle(DocumentPresence{kBob, "bob", presence});
  EXPECT_THAT(told(1), ElementsAre("presence refused ERR_PRESENCE_TRANSFORM_FAILED"));
  presence.value = "null";
  host_->handle(DocumentPresence{kBob, "bob", presence});
  EXPECT_THAT(told(1), ElementsAre(R"({"a":"p","ch":"docs.d","id":"p","p":null,"pv":1,"c":"docs",)"
                                   R"("d":"d","v":301,"t":"http://sharejs.org/types/text-unicode",)"
                                   R"("src":"bob"})"));
}

}  // namespace
}  // namespace cowrite::document
