// Whose turn it is to write a piece, and what is held in all.
#include "server/transport/output.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

namespace cowrite::transport {
namespace {

class OutputTest : public ::testing::Test {
 protected:
  void await(std::uint64_t written, char name) {
    output_->await_turn(written, [this, name] { order_ += name; });
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

TEST_F(OutputTest, WhoIsStoppedCallsNobody) {
  await(0, 'a');
  output_->stop();
  run();
  EXPECT_EQ(order_, "");
}

}  // namespace
}  // namespace cowrite::transport
