// Messages that are not whole.
#include "server/transport/limits.h"
#include "tests/server/transport/test_server.h"

namespace cowrite::transport {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLarge = kMessageBytesMax - 1'000;

class Intake : public TestServer {
 protected:
  static std::string bytes(std::size_t size) {
    return to_bytes({true, Opcode::kText, std::string(size, 'x')});
  }
  // Sends all of a message but its end.
  static void send_most(TestClient& client, std::size_t size) {
    std::string most = bytes(size);
    most.resize(most.size() - 100);
    client.send(std::move(most));
  }
  // Sends all frames of a message but the last, so that others may follow.
  static void send_fragment(TestClient& client, std::size_t size) {
    client.send(Frame{false, Opcode::kText, std::string(size, 'x')});
  }
  // As bytes that the loop has read.
  bool arrived(std::uint64_t count) {
    return run_until([&] { return server_->counts().bytes_received.value() >= count; });
  }
  static std::uint16_t close_code(const Frame& frame) {
    EXPECT_EQ(frame.opcode, Opcode::kClose);
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(frame.payload.at(0)) << 8 |
                                      static_cast<std::uint8_t>(frame.payload.at(1)));
  }
  const std::vector<std::string>& messages(std::size_t client) {
    return records_.at(client)->messages;
  }
};

TEST_F(Intake, MessagesThatAreNotWholeHoldNoMoreThanTheBudget) {
  constexpr int kClients = 6;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(open());
    send_most(*clients.back(), kLarge);
  }
  ASSERT_TRUE(arrived(kLarge - 100)) << "one of them";
  context_.restart();
  context_.run_for(milliseconds(50));
  EXPECT_LE(server_->counts().bytes_received.value(), kLarge + kClients * 2 * kReadBufferBytes)
      << "of the others what fits into their buffers";
}

TEST_F(Intake, WhoTypesIsServedWhileLargeMessagesHoldAllTheyMay) {
  const auto holder = open();
  send_most(*holder, kLarge);
  const auto waiter = open();
  send_most(*waiter, kLarge);
  ASSERT_TRUE(arrived(kLarge));
  const auto writer = open();
  writer->send_text("typed");
  writer->send_text(std::string(kSmallInputBytes, 'p'));
  ASSERT_TRUE(run_until([&] { return messages(2).size() == 2; }));
}

TEST_F(Intake, WhoWaitsForRoomGetsItWhenAMessageIsDelivered) {
  const auto holder = open();
  send_most(*holder, kLarge);
  ASSERT_TRUE(arrived(kLarge));
  const auto waiter = open();
  waiter->send_text(std::string(kLarge, 'y'));
  context_.restart();
  context_.run_for(milliseconds(20));
  EXPECT_TRUE(messages(1).empty());
  holder->send(std::string(100, 'x'));
  ASSERT_TRUE(run_until([&] { return messages(1).size() == 1; }));
  EXPECT_EQ(messages(0).size(), 1U);
  EXPECT_EQ(messages(1)[0].size(), kLarge);
}

TEST_F(Intake, LargeAndSmallMessagesInOneStreamArriveInOrder) {
  const auto client = open();
  std::vector<std::string> sent;
  std::string stream;
  for (const std::size_t size : {std::size_t{1}, std::size_t{100'000}, kMessageBytesFree,
                                 kMessageBytesFree + 1, std::size_t{0}, kLarge, std::size_t{3}}) {
    sent.emplace_back(size, static_cast<char>('a' + sent.size()));
    stream += to_bytes({true, Opcode::kText, sent.back()});
  }
  client->send(stream);
  ASSERT_TRUE(run_until([&] { return messages(0).size() == sent.size(); }));
  EXPECT_EQ(messages(0), sent);
}

TEST_F(Intake, AMessageOfManyFragmentsGrowsUpToTheMaximum) {
  const auto client = open();
  constexpr int kFragments = 8;
  std::string stream;
  for (int i = 0; i < kFragments; ++i) {
    stream += to_bytes({i == kFragments - 1, i == 0 ? Opcode::kText : Opcode::kContinuation,
                        std::string(kMessageBytesMax / kFragments, 'x')});
  }
  client->send(stream);
  ASSERT_TRUE(run_until([&] { return messages(0).size() == 1; }));
  EXPECT_EQ(messages(0)[0].size(), kMessageBytesMax);
}

TEST_F(Intake, LengthsThatOverflowTogetherAreTooBig) {
  const auto client = open();
  client->send(to_bytes({false, Opcode::kText, "ten bytes."}));
  client->send("\x80\xFF" + std::string(8, '\xFF') + "mask" + std::string(100'000, 'x'));
  EXPECT_EQ(close_code(next_frame(*client)), 1009);
  EXPECT_LT(server_->counts().bytes_received.value(), 4 * kReadBufferBytes)
      << "what follows is not read";
}

TEST_F(Intake, AMessageThatNeverEndsIsClosedWhateverComesBetween) {
  timing_.message = milliseconds(100);
  timing_.sweep = milliseconds(2);
  const auto client = open();
  send_fragment(*client, 300);
  std::optional<Frame> closed;
  ASSERT_TRUE(repeat_until(
      [&] {
        client->send(Frame{true, Opcode::kPing, "still here"});
      },
      [&] {
        const auto frame = client->take_frame();
        if (frame && frame->opcode == Opcode::kClose) closed = frame;
        return closed.has_value();
      }));
  EXPECT_EQ(close_code(*closed), 1008);
  EXPECT_EQ(server_->counts().closed_slow.value(), 1U);
  ASSERT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
}

TEST_F(Intake, WhereSomebodyWaitsTheLargestThatPausesMakesRoom) {
  timing_.message_pause = milliseconds(100);
  timing_.sweep = milliseconds(2);
  timing_.close = milliseconds(50);
  const auto small = open();
  send_most(*small, 1'000'000);
  const auto large = open();
  send_most(*large, kMessageBytesMax - 1'000'000 - 1'000);
  ASSERT_TRUE(arrived(kMessageBytesMax - 2'000));
  context_.restart();
  context_.run_for(2 * timing_.message_pause);
  const auto waiter = open();
  waiter->send_text(std::string(5'000'000, 'y'));
  ASSERT_TRUE(run_until([&] { return messages(2).size() == 1; }));
  EXPECT_EQ(close_code(next_frame(*large)), 1013);
  EXPECT_EQ(server_->counts().closed_overload.value(), 1U);
  EXPECT_EQ(records_.at(0)->closed, 0);
}

TEST_F(Intake, WhereNobodyWaitsWhoPausesKeepsItsRoom) {
  timing_.message_pause = milliseconds(20);
  timing_.sweep = milliseconds(2);
  const auto client = open();
  send_most(*client, kLarge);
  ASSERT_TRUE(arrived(kLarge));
  context_.restart();
  context_.run_for(milliseconds(100));
  client->send(std::string(100, 'x'));
  ASSERT_TRUE(run_until([&] { return messages(0).size() == 1; }));
}

TEST_F(Intake, WhoWaitsForRoomIsNotTakenForDead) {
  timing_.ping_interval = milliseconds(20);
  timing_.ping_timeout = milliseconds(20);
  timing_.sweep = milliseconds(2);
  const auto holder = open();
  send_fragment(*holder, kLarge);
  ASSERT_TRUE(arrived(kLarge));
  const auto waiter = open();
  waiter->send_text(std::string(kLarge, 'y'));
  ASSERT_TRUE(repeat_until(
      [&] {
        if (holder->take_frame()) holder->send(Frame{true, Opcode::kPong, ""});
      },
      [&, begun = std::chrono::steady_clock::now()] {
        return std::chrono::steady_clock::now() - begun > milliseconds(200);
      }));
  EXPECT_EQ(records_.at(1)->closed, 0);
}

TEST_F(Intake, TheEndOfAWaiterOrAHolderGivesUpWhatItHas) {
  auto holder = open();
  send_most(*holder, kLarge);
  ASSERT_TRUE(arrived(kLarge));
  auto waiter = open();
  send_most(*waiter, kLarge);
  const auto last = open();
  last->send_text(std::string(kLarge, 'z'));
  waiter.reset();
  holder.reset();
  ASSERT_TRUE(run_until([&] { return messages(2).size() == 1; }));
}

}  // namespace
}  // namespace cowrite::transport
