#include "server/loop/workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace cowrite::loop {
namespace {

using storage::Payer;
using testing::ElementsAre;

constexpr Payer kBusy{1};
constexpr Payer kOther{2};

// One of the threads is kept, so that the other does everything in order.
class WorkersTest : public testing::Test {
 protected:
  static_assert(kWorkers == 2);

  WorkersTest() {
    std::promise<void> begun;
    workers_.post(kBusy, [this, &begun] {
      begun.set_value();
      kept_.get_future().wait();
    });
    begun.get_future().wait();
  }
  void TearDown() override {
    kept_.set_value();
    workers_.stop();
  }

  void note(Payer payer, const std::string& name) {
    workers_.post(payer, [this, name] {
      const std::lock_guard lock(mutex_);
      done_.push_back(name);
    });
  }

  // What was done when all that was posted is.
  std::vector<std::string> done() {
    std::promise<void> last;
    workers_.post(kBusy, [&last] { last.set_value(); });
    last.get_future().wait();
    const std::lock_guard lock(mutex_);
    return done_;
  }

  Workers workers_;
  std::promise<void> kept_;
  std::mutex mutex_;
  std::vector<std::string> done_;
};

TEST_F(WorkersTest, WhatOnePayerPostsIsBegunInOrder) {
  for (const char* const name : {"a", "b", "c"}) note(kBusy, name);
  EXPECT_THAT(done(), ElementsAre("a", "b", "c"));
}

TEST_F(WorkersTest, WhoHasPostedMuchHoldsUpNobodyElse) {
  std::promise<void> posted;
  workers_.post(kBusy, [&posted] { posted.get_future().wait(); });
  for (const char* const name : {"a", "b", "c"}) note(kBusy, name);
  note(kOther, "other");
  posted.set_value();
  EXPECT_THAT(done(), ElementsAre("other", "a", "b", "c"));
}

TEST_F(WorkersTest, WhatWasNotBegunWhenTheyStopIsNeverDone) {
  Workers workers;
  workers.stop();
  workers.post(kBusy, [] { FAIL(); });
}

}  // namespace
}  // namespace cowrite::loop
