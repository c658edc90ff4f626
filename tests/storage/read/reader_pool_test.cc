#include "storage/read/reader_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/errors.h"
#include "storage/read/stoppable_view.h"
#include "storage/store/rocksdb_store.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

using ::testing::ElementsAre;

constexpr Payer kAnn{1};
constexpr Payer kBob{2};
constexpr Payer kCarl{3};

class ReaderPoolTest : public testing::Test {
 protected:
  // Takes a thread until release().
  void hold(Urgency urgency) {
    gates_.emplace_back();
    pool_->read({urgency, Payer::kServer},
                [pass = gates_.back().pass()](const History&) { pass(); });
    gates_.back().wait_until_reached();
  }
  // Lets the job go on that has held a thread longest.
  void release() {
    gates_.front().open();
    released_.splice(released_.end(), gates_, gates_.begin());
  }
  void release_all() {
    while (!gates_.empty()) release();
  }

  // Queues a job that notes its name.
  void queue(Urgency urgency, Payer payer, const std::string& name) {
    pool_->read({urgency, payer}, [this, name](const History&) {
      const std::lock_guard lock(mutex_);
      ran_.push_back(name);
      noted_.notify_all();
    });
  }
  // What has run, when it is so many.
  std::vector<std::string> ran(std::size_t count) {
    std::unique_lock lock(mutex_);
    noted_.wait(lock, [&] { return ran_.size() >= count; });
    return ran_;
  }
  // Returns when a job of this urgency has run, which was queued after all others.
  void run_one(Urgency urgency) {
    std::promise<void> reached;
    pool_->read({urgency, kCarl}, [&reached](const History&) { reached.set_value(); });
    reached.get_future().wait();
  }

  std::unique_ptr<RocksDbStore> store_ = *RocksDbStore::open("", OpenMode::kInMemory);
  std::mutex mutex_;
  std::condition_variable noted_;
  std::vector<std::string> ran_;
  std::list<Gate> gates_;
  std::list<Gate> released_;
  std::optional<ReaderPool> pool_{std::in_place, *store_};
};

TEST_F(ReaderPoolTest, TheMoreUrgentGoFirstAndPayersTakeTurns) {
  for (std::size_t i = 0; i < kReaderThreads; ++i) hold(Urgency::kOpening);
  queue(Urgency::kPast, kAnn, "ann's past 1");
  queue(Urgency::kPast, kAnn, "ann's past 2");
  queue(Urgency::kPast, kAnn, "ann's past 3");
  queue(Urgency::kPast, kBob, "bob's past");
  queue(Urgency::kCatchUp, kAnn, "ann catches up 1");
  queue(Urgency::kCatchUp, kAnn, "ann catches up 2");
  queue(Urgency::kCatchUp, kBob, "bob catches up");
  queue(Urgency::kOpening, kAnn, "ann opens");
  EXPECT_EQ(pool_->waiting(), 8U);
  release();  // One thread, so that there is an order.
  EXPECT_THAT(ran(8),
              ElementsAre("ann opens", "ann catches up 1", "bob catches up", "ann catches up 2",
                          "ann's past 1", "bob's past", "ann's past 2", "ann's past 3"));
  release_all();
}

TEST_F(ReaderPoolTest, LessUrgentJobsNeverHoldAllThreads) {
  hold(Urgency::kPast);
  queue(Urgency::kPast, kBob, "bob's past");
  run_one(Urgency::kCatchUp);
  EXPECT_THAT(ran(0), ElementsAre()) << "one thread reads the past";
  hold(Urgency::kCatchUp);
  queue(Urgency::kCatchUp, kBob, "bob catches up");
  run_one(Urgency::kOpening);
  EXPECT_THAT(ran(0), ElementsAre()) << "and another one catches up";
  release();
  release();
  EXPECT_THAT(ran(2), ::testing::UnorderedElementsAre("bob catches up", "bob's past"));
}

TEST_F(ReaderPoolTest, NobodyIsPassedOverForEver) {
  for (std::size_t i = 0; i < kReaderThreads; ++i) hold(Urgency::kOpening);
  queue(Urgency::kPast, kBob, "past");
  for (std::size_t i = 0; i < 2 * kPassedOverMax; ++i) queue(Urgency::kOpening, kAnn, "opening");
  release();
  const std::vector<std::string> ran = this->ran(2 * kPassedOverMax + 1);
  const auto past = std::ranges::find(ran, "past");
  EXPECT_EQ(static_cast<std::size_t>(past - ran.begin()), kPassedOverMax);
  release_all();
}

TEST_F(ReaderPoolTest, WhoHasItsShareWaitingIsToldAtOnceThatTheReadersAreBusy) {
  for (std::size_t i = 0; i < kReaderThreads; ++i) hold(Urgency::kOpening);
  for (std::size_t i = 0; i < kReadsWaitingMax.each; ++i) queue(Urgency::kPast, kAnn, "past");
  bool refused = false;
  const DocumentKey key{"docs", "a"};
  pool_->read({Urgency::kOpening, kAnn}, [&](const History& history) {
    refused = true;
    EXPECT_EQ(history.list({}, 1).error().code, kErrBusy);
    EXPECT_EQ(history.info(key).error().code, kErrBusy);
    EXPECT_EQ(history.snapshot(key, std::nullopt).error().code, kErrBusy);
    EXPECT_EQ(history.checkpoint(key).error().code, kErrBusy);
    EXPECT_EQ(history.version_at(key, 0).error().code, kErrBusy);
    EXPECT_EQ(history.records(key, 0, 1, 1).error().code, kErrBusy);
    EXPECT_EQ(newest_of(history, key, "ann").error().code, kErrBusy);
  });
  EXPECT_TRUE(refused) << "inside read(), not later";
  queue(Urgency::kPast, kBob, "bob's");
  queue(Urgency::kPast, Payer::kServer, "the server's");
  EXPECT_THAT(ran(0), ElementsAre());
  EXPECT_EQ(pool_->waiting(), kReadsWaitingMax.each + 2);
  release_all();
}

TEST_F(ReaderPoolTest, WhatIsQueuedWhenItEndsIsDroppedAndWhatIsUnderWayFails) {
  const auto held_by_queued = std::make_shared<int>();
  std::promise<void> begun;
  std::string_view ended_with;
  pool_->read({Urgency::kPast, kAnn}, [&](const History& history) {
    begun.set_value();
    Result<std::vector<ListEntry>> entries = history.list({}, 1);
    while (entries) entries = history.list({}, 1);
    ended_with = entries.error().code;
  });
  begun.get_future().wait();
  bool ran = false;
  for (int i = 0; i < 1'000; ++i) {
    pool_->read({Urgency::kPast, kAnn}, [&ran, held_by_queued](const History&) { ran = true; });
  }
  pool_.reset();
  EXPECT_EQ(ended_with, kErrBusy);
  EXPECT_FALSE(ran);
  EXPECT_EQ(held_by_queued.use_count(), 1);
}

TEST_F(ReaderPoolTest, AScanEndsBetweenTwoEntriesWhenItIsStopped) {
  put(*store_, Table::kMeta, "a", "1");
  put(*store_, Table::kMeta, "b", "2");
  std::atomic<bool> stopped = false;
  const std::unique_ptr<const View> view = store_->view();
  std::vector<std::string> seen;
  const Result<void> scanned = StoppableView(*view, stopped)
                                   .scan(Table::kMeta, {"a", "c"}, Order::kForward,
                                         [&](std::string_view key, std::string_view) {
                                           seen.emplace_back(key);
                                           stopped = true;
                                           return Result<Visit>(Visit::kContinue);
                                         });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code, kErrBusy);
  EXPECT_THAT(seen, ElementsAre("a"));
}

TEST(PayerShares, TheFirstOfEachPayerFitsThoughAllAreTaken) {
  PayerShares shares({.all = 3, .each = 2});
  EXPECT_TRUE(shares.take(kAnn));
  EXPECT_TRUE(shares.take(kAnn));
  EXPECT_FALSE(shares.take(kAnn)) << "it has its share";
  EXPECT_TRUE(shares.take(kBob));
  EXPECT_FALSE(shares.take(kBob)) << "all are taken";
  EXPECT_TRUE(shares.take(kCarl));
  EXPECT_TRUE(shares.take(Payer::kServer));
  EXPECT_TRUE(shares.take(Payer::kServer));
  shares.give_back(kAnn);
  shares.give_back(kAnn);
  shares.give_back(kCarl);
  shares.give_back(Payer::kServer);
  EXPECT_TRUE(shares.take(kBob));
  EXPECT_EQ(shares.taken(), 3U);
}

}  // namespace
}  // namespace cowrite::storage
