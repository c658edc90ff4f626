// The switchboard on two real loops, with sessions on one and documents on both.

#include "server/switchboard/switchboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/document/limits.h"
#include "server/loop/loop.h"
#include "server/protocol/error_codes.h"
#include "server/switchboard/limits.h"
#include "storage/rocksdb_log.h"

namespace cowrite::switchboard {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto kDeadline = 20s;

// The log in memory, counting how often it is read.
class CountingLog final : public storage::OperationLog {
 public:
  CountingLog() : log_(*storage::RocksDbLog::open("", storage::OpenMode::kInMemory)) {}

  using OperationLog::append;
  void append(std::vector<storage::Append> appends,
              std::function<void(const Outcomes&)> done) override {
    ++groups;
    log_->append(std::move(appends), std::move(done));
  }
  void save_checkpoint(storage::DocumentKey key, storage::Snapshot snapshot) override {
    log_->save_checkpoint(std::move(key), std::move(snapshot));
  }
  void pack(storage::DocumentKey key, std::uint64_t version) override {
    log_->pack(std::move(key), version);
  }
  void read(const storage::ReadOrder& order,
            std::function<void(const storage::History&)> job) override {
    ++reads;
    log_->read(order, std::move(job));
  }

  std::atomic<int> reads = 0;
  std::atomic<int> groups = 0;  // Of appends.

 private:
  std::unique_ptr<storage::RocksDbLog> log_;
};

// A client's end without a socket: keeps what it is sent.
class Client final : public transport::Connection {
 public:
  void send(const transport::SharedOutbound& outbound, transport::Haste) override {
    const std::lock_guard lock(mutex_);
    for (const std::string& message : outbound->messages) received_.push_back(message);
    arrived_.notify_all();
  }
  void send_long(std::unique_ptr<transport::LongText> message) override {
    const std::lock_guard lock(mutex_);
    received_.emplace_back();
    while (message->next(received_.back())) {
    }
    arrived_.notify_all();
  }
  [[nodiscard]] bool await_drained() override { return false; }
  void close(transport::CloseCode code, std::string_view) override {
    const std::lock_guard lock(mutex_);
    closed_ = code;
    arrived_.notify_all();
  }
  void terminate() override {}
  [[nodiscard]] std::size_t queued_bytes() const override { return 0; }
  void pause_reading() override {}
  void resume_reading() override {}

  // The first message that begins like this, since the last one that was waited for.
  std::string receive(std::string_view beginning) {
    std::unique_lock lock(mutex_);
    std::string found;
    const bool there = arrived_.wait_for(lock, kDeadline, [&] {
      while (!received_.empty()) {
        found = std::move(received_.front());
        received_.erase(received_.begin());
        if (found.starts_with(beginning)) return true;
      }
      return false;
    });
    EXPECT_TRUE(there) << beginning;
    return there ? found : "";
  }
  // What has come and was not waited for.
  std::vector<std::string> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  [[nodiscard]] bool is_closed() {
    const std::lock_guard lock(mutex_);
    return closed_.has_value();
  }
  [[nodiscard]] bool has(std::string_view beginning) {
    return std::ranges::any_of(
        received(), [&](const std::string& message) { return message.starts_with(beginning); });
  }
  std::optional<transport::CloseCode> closed() {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, kDeadline, [this] { return closed_.has_value(); });
    return closed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> received_;
  std::optional<transport::CloseCode> closed_;
};

class SwitchboardTest : public ::testing::Test {
 public:
  ~SwitchboardTest() override {
    for (loop::Loop& loop : loops_) loop.stop();
  }

 protected:
  // For twelve small documents, of which ten stay where more are wanted.
  static constexpr std::size_t kRoom =
      12 * document::kSmallDocumentsPart * document::kOpenDocumentBytes;

  explicit SwitchboardTest(std::chrono::milliseconds idle = 0ms) {
    for (LoopIndex i = 0; i < loops_.size(); ++i) {
      loops_[i].post_every(idle, [this, i] { switchboard_.evict_idle(i); });
      loops_[i].start();
    }
  }

  // What one loop does for one client, on that loop's thread.
  struct Seat {
    loop::Loop& loop;
    std::shared_ptr<Client> client;
    std::shared_ptr<transport::ConnectionEvents> events;

    void send(std::string text) const {
      loop.post([events = events, text = std::move(text)] { events->on_message(text); });
    }
    void leave() const {
      loop.post([events = events] { events->on_close(); });
    }
  };
  Seat connect(LoopIndex index) {
    Seat seat{loops_[index], std::make_shared<Client>(), nullptr};
    std::promise<std::shared_ptr<transport::ConnectionEvents>> accepted;
    seat.loop.post([&] { accepted.set_value(switchboard_.accept(index, seat.client)); });
    seat.events = accepted.get_future().get();
    return seat;
  }

  Ports ports() {
    return {
        .post = [this](LoopIndex loop, Ports::Work work) { loops_[loop].post(std::move(work)); },
        .post_after = [this](LoopIndex loop, std::chrono::milliseconds delay,
                             Ports::Work work) { loops_[loop].post_after(delay, std::move(work)); },
        .now_ms = [this] { return now_ms_.load(); },
        .new_id = [this] { return "source" + std::to_string(++ids_); },
        .halt = [] { std::abort(); },
        .on_time_ahead = [this](const storage::DocumentKey&,
                                std::int64_t time_ms) { time_ahead_ = time_ms; }};
  }

  CountingLog log_;
  std::atomic<int> ids_ = 0;
  std::atomic<std::int64_t> now_ms_ = 1;
  std::atomic<std::int64_t> time_ahead_ = 0;
  std::array<loop::Loop, 2> loops_;
  Switchboard switchboard_{
      {.loops = 2, .history_id = "5ea1", .documents_bytes = kRoom}, log_, ports()};
};

TEST_F(SwitchboardTest, WhatOneLoopsClientWritesReachesTheOthers) {
  const Seat writer = connect(0);
  const Seat reader = connect(1);
  for (const char* document : {"a", "b", "c", "d", "e"}) {  // By their hashes on both loops.
    const std::string name = std::string(R"("c":"docs","d":")") + document + '"';
    reader.send(R"({"a":"s",)" + name + "}");
    (void)reader.client->receive(R"({"a":"s")");
    writer.send(R"({"a":"op",)" + name +
                R"(,"v":null,"seq":1,"create":{"type":"text-unicode","data":"x"}})");
    EXPECT_NE(writer.client->receive(R"({"a":"op")").find(R"("v":0)"), std::string::npos);
    EXPECT_NE(reader.client->receive(R"({"a":"op")").find(R"("create":)"), std::string::npos);
  }
}

TEST_F(SwitchboardTest, WhatSessionsAskForInOneTurnIsAppendedTogether) {
  const Seat writer = connect(0);
  std::vector<std::string> documents;
  for (int i = 0; documents.size() < 8; ++i) {
    const storage::DocumentKey key("docs", "d" + std::to_string(i));
    if (key.hash() % 2 == 0) documents.push_back(R"("c":"docs","d":")" + key.id() + '"');
  }
  for (const std::string& document : documents) {  // They stay open.
    writer.send(R"({"a":"s",)" + document + "}");
    (void)writer.client->receive(R"({"a":"s")");
  }
  writer.loop.post([&] {
    for (const std::string& document : documents) {
      writer.events->on_message(R"({"a":"op",)" + document +
                                R"(,"v":null,"seq":1,"create":{"type":"text-unicode"}})");
    }
  });
  for (std::size_t i = 0; i < documents.size(); ++i) (void)writer.client->receive(R"({"a":"op")");
  EXPECT_EQ(log_.groups, 1);
}

TEST_F(SwitchboardTest, AClientHearsThatItsOperationIsRefusedBeforeWhatItAsksForAfterIt) {
  const Seat writer = connect(0);
  const Seat late = connect(0);
  for (const char* change :
       {R"("v":0,"seq":1,"create":{"type":"text-unicode"})", R"("v":1,"seq":2,"del":true)"}) {
    writer.send(R"({"a":"op","c":"docs","d":"d",)" + std::string(change) + "}");
    (void)writer.client->receive(R"({"a":"op")");
  }
  late.loop.post([&] {
    late.events->on_message(R"({"a":"op","c":"docs","d":"d","v":1,"seq":1,"op":["x"]})");
    late.events->on_message(R"({"a":"s","c":"docs","d":"d","v":1})");
  });
  EXPECT_THAT(late.client->receive(R"({"a":"op")"), HasSubstr("ERR_DOC_WAS_DELETED"));
  (void)late.client->receive(R"({"a":"s")");
}

TEST_F(SwitchboardTest, RecordsThatAreDatedLaterThanTheClockAreTold) {
  const Seat writer = connect(0);
  const auto commit = [&](std::int64_t now_ms, std::string_view change) {
    static int sequence = 0;
    now_ms_ = now_ms;
    const std::string count = std::to_string(sequence++);
    writer.send(R"({"a":"op","c":"docs","d":"d","v":)" + count + R"(,"seq":)" + count + "," +
                std::string(change) + "}");
    (void)writer.client->receive(R"({"a":"op")");
  };
  const std::int64_t difference = kClockDifferenceMax.count();
  commit(10 * difference, R"("create":{"type":"text-unicode"})");
  commit(9 * difference, R"("op":["a"])");
  EXPECT_EQ(time_ahead_.load(), 0) << "such clocks are set by the network";
  commit(9 * difference - 1, R"("op":["b"])");
  EXPECT_EQ(time_ahead_.load(), 10 * difference);
}

TEST_F(SwitchboardTest, ADocumentThatNobodyFollowsLeavesMemory) {
  const Seat follower = connect(0);
  const Seat visitor = connect(1);
  const std::string request = R"("c":"docs","d":"d"})";
  follower.send(R"({"a":"s",)" + request);
  (void)follower.client->receive(R"({"a":"s")");
  for (int i = 0; i < 200; ++i) {  // It is looked at all the time, and stays while it is followed.
    visitor.send(R"({"a":"f",)" + request);
    (void)visitor.client->receive(R"({"a":"f")");
  }
  EXPECT_EQ(log_.reads, 1);
  follower.leave();
  // Two looks must find it idle between one visit and the next.
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (log_.reads == 1 && std::chrono::steady_clock::now() < deadline) {
    visitor.send(R"({"a":"f",)" + request);
    (void)visitor.client->receive(R"({"a":"f")");
  }
  EXPECT_GT(log_.reads, 1) << "it was never loaded anew";
}

// Whose documents leave memory for want of room only.
class CrowdedSwitchboardTest : public SwitchboardTest {
 protected:
  CrowdedSwitchboardTest() : SwitchboardTest(1h), seat_(connect(0)) {}

  // One of the documents that live on the seat's loop.
  void visit(const char* action, int number) {
    std::string id;
    for (int found = -1, i = 0; found < number; ++i) {
      id = std::to_string(i);
      if (storage::DocumentKey("docs", id).hash() % loops_.size() == 0) ++found;
    }
    const std::string request = std::string(R"({"a":")") + action + R"(","c":"docs","d":")" + id;
    seat_.send(request + R"("})");
    (void)seat_.client->receive(request);
  }

  [[nodiscard]] std::uint64_t opened() const {
    return switchboard_.counts(0).documents_opened.value();
  }

  Seat seat_;
};

TEST_F(CrowdedSwitchboardTest, TheDocumentsUsedLongestAgoLeaveWhenThereIsNoRoom) {
  for (int number = 0; number < 9; ++number) visit("f", number);
  visit("f", 0);  // This one is the newest now.
  EXPECT_EQ(opened(), 9U);
  for (int number = 9; number < 13; ++number) visit("f", number);
  EXPECT_EQ(opened(), 13U);
  visit("f", 0);
  EXPECT_EQ(opened(), 13U) << "used lately";
  visit("f", 1);
  EXPECT_EQ(opened(), 14U) << "used longest ago";
}

TEST_F(CrowdedSwitchboardTest, DocumentsThatAreFollowedLeaveMemoryAndStayFollowed) {
  for (int number = 0; number < 20; ++number) visit("s", number);
  for (int number = 0; number < 20; ++number) visit("f", number);
  EXPECT_EQ(opened(), 20U);
  EXPECT_LT(switchboard_.memory()->bytes(), 20 * document::kOpenDocumentBytes);
  for (int number = 0; number < 20; ++number) visit("u", number);
  for (int number = 0; number < 20; ++number) visit("f", number);
  EXPECT_GT(opened(), 20U);
}

TEST_F(CrowdedSwitchboardTest, WhoLeavesADocumentDoesNotOpenIt) {
  for (int number = 0; number < 3; ++number) visit("u", number);
  EXPECT_EQ(opened(), 0U);
  for (int number = 0; number < 20; ++number) visit("s", number);
  const int reads = log_.reads;
  for (int number = 0; number < 20; ++number) visit("u", number);
  EXPECT_EQ(log_.reads, reads);
}

TEST_F(SwitchboardTest, DrainingClosesEverybodyWithServiceRestart) {
  const Seat seat = connect(0);
  (void)seat.client->receive(R"({"a":"init")");
  std::atomic<bool> drained = false;
  seat.loop.post([&] { switchboard_.drain(0, [&] { drained = true; }); });
  EXPECT_EQ(seat.client->closed(), transport::CloseCode::kServiceRestart);
  EXPECT_FALSE(drained);
  seat.leave();
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!drained && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(drained);
}

// ---- Many followers

// One loop that tells one session in a turn, each turn at the test's word; what is posted runs in
// order.
class SlicedSwitchboardTest : public ::testing::Test {
 protected:
  struct Seat {
    std::shared_ptr<Client> client = std::make_shared<Client>();
    std::shared_ptr<transport::ConnectionEvents> events;
  };

  explicit SlicedSwitchboardTest(const AtOnce& at_once = {.told = 1}) : at_once_(at_once) {
    for (Seat& seat : seats_) seat.events = switchboard_.accept(0, seat.client);
    submit(0, 0, R"("create":{"type":"text-unicode"})");
    run_until([&] { return seats_[0].client->has(kOp); });
    for (std::size_t seat = 0; seat < seats_.size(); ++seat) ask(seat, "s");
    run_until([&] {
      return std::ranges::all_of(seats_, [](Seat& seat) { return seat.client->has(kSubscribed); });
    });
    for (Seat& seat : seats_) (void)seat.client->receive(kSubscribed);
  }

  void ask(std::size_t seat, const std::string& action) {
    seats_[seat].events->on_message(R"({"a":")" + action + R"(","c":"docs","d":"d"})");
  }
  void submit(std::size_t seat, std::uint64_t version, const std::string& change) {
    const std::string number = std::to_string(version);
    seats_[seat].events->on_message(R"({"a":"op","c":"docs","d":"d","v":)" + number + R"(,"seq":)" +
                                    std::to_string(version + 1) + "," + change + "}");
  }
  // Its author is told of it, and nobody else.
  void submit_and_acknowledge(std::size_t seat) {
    submit(seat, 1, R"("op":["x"])");
    run_until([&] { return seats_[seat].client->has(kOp); });
  }

  template <typename Condition>
  void run_until(Condition is_true) {
    while (!is_true()) run_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(arrived_.wait_for(lock, kDeadline, [this] { return !posted_.empty(); }));
    const Ports::Work work = std::move(posted_.front());
    posted_.erase(posted_.begin());
    lock.unlock();
    work();
  }

  static constexpr std::string_view kOp = R"({"a":"op")";
  static constexpr std::string_view kSubscribed = R"({"a":"s")";
  static constexpr std::string_view kFetched = R"({"a":"f")";

  void post(Ports::Work work) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    arrived_.notify_one();
  }

  const AtOnce at_once_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Ports::Work> posted_;
  CountingLog log_;
  int ids_ = 0;
  std::array<Seat, 6> seats_;
  Switchboard switchboard_{
      {.loops = 1,
       .history_id = "5ea1",
       .documents_bytes = std::size_t{64} << 20,
       .at_once = at_once_},
      log_,
      {.post = [this](LoopIndex, Ports::Work work) { post(std::move(work)); },
       .post_after =
           [this](LoopIndex, std::chrono::milliseconds delay, Ports::Work work) {
             if (delay == kOpeningRetry) post(std::move(work));  // For others the time never comes.
           },
       .now_ms = [] { return 1; },
       .new_id = [this] { return "source" + std::to_string(++ids_); },
       .halt = [] { std::abort(); }}};
};

TEST_F(SlicedSwitchboardTest, NoReplyOvertakesWhatOthersHaveBeenToldAlready) {
  submit_and_acknowledge(0);
  Client& last = *seats_.back().client;
  EXPECT_FALSE(last.has(kOp));
  ask(seats_.size() - 1, "f");
  run_until([&] { return last.has(kFetched); });
  EXPECT_TRUE(last.receive(R"({"a":)").starts_with(kOp));
  EXPECT_TRUE(last.receive(R"({"a":)").starts_with(kFetched));
}

TEST_F(SlicedSwitchboardTest, WhoLeavesMeanwhileIsLeftOut) {
  submit_and_acknowledge(0);
  EXPECT_EQ(switchboard_.counts(0).notices_waiting.value(), 1U);
  seats_[3].events->on_close();
  run_until([&] { return seats_.back().client->has(kOp); });
  EXPECT_FALSE(seats_[3].client->has(kOp));
  EXPECT_TRUE(seats_[4].client->has(kOp));
  EXPECT_EQ(switchboard_.counts(0).notices_waiting.value(), 0U);
}

TEST_F(SlicedSwitchboardTest, WhoSubscribesMeanwhileIsToldOfEachRecordOnce) {
  ask(5, "u");
  run_until([&] { return seats_[5].client->has(R"({"a":"u")"); });
  submit_and_acknowledge(0);
  submit(1, 2, R"("op":["y"])");
  ask(5, "s");
  run_until([&] { return seats_[5].client->has(kSubscribed); });
  submit(2, 3, R"("op":["z"])");
  run_until([&] { return seats_[5].client->has(kOp); });
  const std::string text = seats_[5].client->receive(kSubscribed);
  const std::string next = seats_[5].client->receive(kOp);
  const bool has_second = text.find(R"("v":3)") != std::string::npos;
  EXPECT_NE(next.find(has_second ? R"("v":3)" : R"("v":2)"), std::string::npos) << text << next;
}

TEST_F(SlicedSwitchboardTest, DrainingEndsWhenEachAuthorHasBeenAnswered) {
  for (std::size_t seat = 0; seat < seats_.size(); ++seat) submit(seat, 1, R"("op":["x"])");
  bool drained = false;
  switchboard_.drain(0, [&] { drained = true; });
  for (Seat& seat : seats_) {
    run_until([&] { return seat.client->is_closed(); });
    EXPECT_TRUE(std::ranges::any_of(seat.client->received(), [](const std::string& message) {
      return message.starts_with(kOp) && message.find(R"("op":)") == std::string::npos;
    })) << "no ack";
    seat.events->on_close();
  }
  EXPECT_TRUE(drained);
}

// ---- Many documents

// One loop on which one document works in a turn.
class CrawlingSwitchboardTest : public SlicedSwitchboardTest {
 protected:
  static constexpr std::size_t kClients = 100;

  CrawlingSwitchboardTest() : SlicedSwitchboardTest({.worked_ns = 1}) {
    std::uint64_t payer = 1;
    for (Seat& seat : many_) {
      seat.events = switchboard_.accept(0, seat.client, storage::Payer{payer++});
    }
  }

  // Each of many asks for some documents that nobody has asked for before.
  void open_documents() {
    for (std::size_t client = 0; client < kClients; ++client) {
      for (int number = 0; number < 8; ++number) {
        many_[client].events->on_message(R"({"a":"f","c":"docs","d":"new)" +
                                         std::to_string(client) + "-" + std::to_string(number) +
                                         R"("})");
      }
    }
  }
  [[nodiscard]] std::uint64_t opened() const {
    return switchboard_.counts(0).documents_opened.value();
  }

  std::array<Seat, kClients> many_;
};

TEST_F(CrawlingSwitchboardTest, WhoWritesDoesNotWaitForAllDocumentsThatOthersOpen) {
  open_documents();
  submit(0, 1, R"("op":["x"])");
  run_until([&] { return seats_[0].client->has(kOp); });
  EXPECT_LT(opened(), kClients * 8 / 2);
  run_until([&] {
    return std::ranges::all_of(many_, [](Seat& seat) {
      return std::ranges::count_if(seat.client->received(), [](const std::string& message) {
               return message.starts_with(kFetched);
             }) == 8;
    });
  });
  EXPECT_EQ(opened(), 1 + kClients * 8);
}

TEST_F(CrawlingSwitchboardTest, WhatOneClientAsksOfADocumentKeepsItsOrderWhileItIsOpened) {
  open_documents();
  Seat& last = many_.back();
  last.events->on_message(
      R"({"a":"op","c":"docs","d":"e","v":null,"seq":1,"create":{"type":"text-unicode"}})");
  last.events->on_message(R"({"a":"op","c":"docs","d":"e","v":1,"seq":2,"op":["x"]})");
  last.events->on_message(R"({"a":"s","c":"docs","d":"e"})");
  run_until([&] { return last.client->has(kSubscribed); });
  EXPECT_THAT(last.client->receive(kOp), HasSubstr(R"("v":0)"));
  EXPECT_THAT(last.client->receive(kOp), HasSubstr(R"("v":1)"));
  EXPECT_THAT(last.client->receive(kSubscribed), HasSubstr(R"("v":2)"));
}

// ---- On behalf of the operator

class OperatorSwitchboardTest : public SwitchboardTest {
 protected:
  // Two documents, on either loop.
  static constexpr const char* kIds[] = {"a", "b", "c", "d", "e"};

  // What becomes of a change that the operator makes.
  document::Answer submit(const storage::DocumentKey& key, storage::Change change,
                          std::optional<std::uint64_t> base = std::nullopt) {
    std::promise<document::Answer> outcome;
    switchboard_.submit(
        {.author = "Op",
         .request = {.key = key, .version = base, .sequence = 1, .change = std::move(change)}},
        [&](const document::Answer& answer) { outcome.set_value(answer); });
    return outcome.get_future().get();
  }
};

TEST_F(OperatorSwitchboardTest, TheOperatorsChangesAreCommittedAndFollowersSeeThem) {
  const Seat follower = connect(1);
  for (const std::string id : kIds) {
    follower.send(R"({"a":"s","c":"docs","d":")" + id + R"("})");
    (void)follower.client->receive(R"({"a":"s")");
    const document::Answer created = submit({"docs", id}, storage::Create{"text"});
    EXPECT_EQ(std::get<document::Ack>(created.outcome).version, 0U);
    EXPECT_NE(follower.client->receive(R"({"a":"op")").find(R"("create":)"), std::string::npos);
    const document::Answer again = submit({"docs", id}, storage::Create{"text"});
    EXPECT_EQ(std::get<document::Refusal>(again.outcome).error.code,
              protocol::kErrDocAlreadyCreated);
  }
}

TEST_F(OperatorSwitchboardTest, ADocumentThatWasReplacedIsLoadedAnewWhenItsFollowersAreGone) {
  for (const std::string id : kIds) {
    const Seat follower = connect(0);
    const storage::DocumentKey key{"docs", id};
    follower.send(R"({"a":"s","c":"docs","d":")" + id + R"("})");
    (void)follower.client->receive(R"({"a":"s")");
    // Somebody writes to the log past the live document.
    std::promise<storage::AppendOutcome> appended;
    log_.append({key, 0,
                 std::make_shared<const std::vector<storage::Record>>(std::vector<storage::Record>{
                     {.source = "s", .sequence = 1, .change = storage::Create{"imported"}}}),
                 true, 8},
                [&](storage::AppendOutcome outcome) { appended.set_value(outcome); });
    ASSERT_EQ(appended.get_future().get(), storage::AppendOutcome::kCommitted);
    switchboard_.reload(key);
    EXPECT_EQ(follower.client->closed(), transport::CloseCode::kServiceRestart);
    // Who comes meanwhile waits, and is given what the log holds.
    const Seat visitor = connect(1);
    visitor.send(R"({"a":"s","c":"docs","d":")" + id + R"("})");
    follower.leave();
    EXPECT_NE(visitor.client->receive(R"({"a":"s")").find("imported"), std::string::npos);
  }
}

}  // namespace
}  // namespace cowrite::switchboard
