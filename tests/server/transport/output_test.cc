// Whose turn it is to write a piece, and what is held in all.
#include "server/transport/output.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/transport/limits.h"

namespace cowrite::transport {
namespace {

class OutputTest : public ::testing::Test {
 protected:
  void await(std::uint64_t written, char name) {
    output_->await_turn(written, [this, name] { order_ += name; });
  }
  // Notes its name when it writes.
  class Writer final : public Output::Writer {
   public:
    Writer(std::string& order, char name) : order_(order), name_(name) {}
    bool write_sent(Haste) override {
      order_ += name_;
      return name_ != '-';
    }

   private:
    std::string& order_;
    const char name_;
  };
  std::shared_ptr<Writer> write(char name, Haste haste) {
    auto writer = std::make_shared<Writer>(order_, name);
    output_->await_write(writer, haste);
    return writer;
  }
  void run() {
    context_.restart();
    context_.run();
  }

  boost::asio::io_context context_;
  counting::Counter bytes_;
  int rooms_made_ = 0;
  std::string order_;
  std::shared_ptr<Output> output_ = std::make_shared<Output>(
      context_, 100, bytes_, [this] { ++rooms_made_; }, [] {});
};

TEST_F(OutputTest, TheMessageThatHasHadLeastGoesFirstAndNowAndThenTheOldest) {
  await(900, 'a');
  await(800, 'b');
  await(0, 'c');
  await(700, 'd');
  await(100, 'e');
  run();
  EXPECT_EQ(order_, "cedab") << "the fourth turn is that of the oldest";
}

TEST_F(OutputTest, NothingIsMadeWhileTooMuchIsHeld) {
  {
    const Output::Charge held = output_->charge(101);
    EXPECT_TRUE(output_->full());
    await(0, 'a');
    run();
    EXPECT_EQ(order_, "");
    EXPECT_EQ(rooms_made_, 1);
  }
  EXPECT_EQ(bytes_.value(), 0U);
  run();
  EXPECT_EQ(order_, "a");
}

TEST_F(OutputTest, WhoseClientsWaitWriteBeforeOthersAndWhoIsGoneWritesNothing) {
  const auto follower = write('f', Haste::kFollowed);
  const auto first = write('a', Haste::kAwaited);
  write('g', Haste::kAwaited).reset();
  const auto second = write('b', Haste::kAwaited);
  EXPECT_EQ(order_, "") << "nothing is written before its turn";
  run();
  EXPECT_EQ(order_, "abf");
}

TEST_F(OutputTest, OthersHaveTheirTurnsBetweenAFewThatOnlyFollow) {
  std::vector<std::shared_ptr<Writer>> followers;
  for (std::size_t i = 0; i <= kFollowedWritesAtOnceMax; ++i) {
    followers.push_back(write('f', Haste::kFollowed));
  }
  boost::asio::post(context_, [this] { order_ += '.'; });
  run();
  EXPECT_GE(order_.find('.'), kFollowedWritesAtOnceMin);
  EXPECT_LT(order_.find('.'), followers.size());
  EXPECT_EQ(order_.size(), followers.size() + 1);
}

TEST_F(OutputTest, WhoHasNothingToWriteTakesNobodysPlace) {
  std::vector<std::shared_ptr<Writer>> writers;
  for (std::size_t i = 0; i < kFollowedWritesAtOnceMax; ++i) {
    writers.push_back(write('-', Haste::kFollowed));
  }
  writers.push_back(write('f', Haste::kFollowed));
  boost::asio::post(context_, [this] { order_ += '.'; });
  run();
  EXPECT_EQ(order_, std::string(kFollowedWritesAtOnceMax, '-') + "f.");
}

TEST_F(OutputTest, WhoIsStoppedCallsNobody) {
  const auto writer = write('w', Haste::kAwaited);
  await(0, 'a');
  output_->stop();
  run();
  EXPECT_EQ(order_, "");
}

}  // namespace
}  // namespace cowrite::transport
