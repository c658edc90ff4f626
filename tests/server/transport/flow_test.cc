// Clients that are slow, silent or in a hurry.
#include "server/transport/limits.h"
#include "tests/server/transport/test_server.h"

namespace cowrite::transport {
namespace {

using std::chrono::milliseconds;

class Flow : public TestServer {
 protected:
  // Pings after 20 ms of silence, gives up 40 ms later.
  void hurry() {
    timing_.ping_interval = milliseconds(20);
    timing_.ping_timeout = milliseconds(40);
    timing_.sweep = milliseconds(2);
  }
  Connection& connection() { return *records_.back()->connection; }
};

TEST_F(Flow, QueuedBytesAreThoseThatTheClientKeepsUsFromSending) {
  const auto client = open();
  client->stop_reading();
  while (connection().queued_bytes() < 2'000'000) {
    records_.back()->send(std::string(100'000, 'x'));
    context_.poll();
  }
  EXPECT_EQ(records_.back()->drained, 0);
  EXPECT_EQ(server_->counts().queued_bytes.value(), connection().queued_bytes());

  client->start_reading();
  ASSERT_TRUE(run_until([&] { return records_.back()->drained > 0; }));
  EXPECT_EQ(server_->counts().queued_bytes.value(), connection().queued_bytes());
  EXPECT_LE(connection().queued_bytes(), kDrainedBytes);
  ASSERT_TRUE(run_until([&] { return connection().queued_bytes() == 0; }));
  EXPECT_EQ(records_.back()->drained, 1) << "told once";
}

TEST_F(Flow, TheKernelTakesLittleAheadOfTheClient) {
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(16'000'000, 'x'));
  std::size_t before = 0;
  ASSERT_TRUE(run_until([&] {  // Until the kernel takes nothing more.
    const bool stuck = connection().queued_bytes() == before;
    before = connection().queued_bytes();
    context_.run_for(milliseconds(20));
    return stuck;
  }));
  EXPECT_GT(connection().queued_bytes(),
            8'000'000U);  // The rest is on its way in the client's own buffer.
}

TEST_F(Flow, ALongMessageGoesInPiecesAsTheClientTakesThemAndWhatIsSentMeanwhileWaits) {
  constexpr int kPieces = 2'000;
  constexpr std::size_t kPieceBytes = 32'000;
  const auto client = open();
  client->stop_reading();
  int made = 0;
  connection().send_long(std::make_unique<TextOfPieces>([&made](std::string& out) {
    out.append(kPieceBytes, 'x');
    return ++made < kPieces;
  }));
  records_.back()->send("after");
  for (int i = 0; i < 50; ++i) context_.run_for(milliseconds(2));
  EXPECT_GT(made, 0);
  EXPECT_LT(made, kPieces) << "the client takes nothing";
  EXPECT_LT(connection().queued_bytes(), 3 * kPieceBytes);
  EXPECT_EQ(records_.back()->drained, 0);

  client->start_reading();
  std::size_t bytes = 0;
  for (bool first = true, last = false; !last; first = false) {
    const Frame frame = next_frame(*client);
    EXPECT_EQ(frame.opcode == Opcode::kText, first);
    bytes += frame.payload.size();
    last = frame.final;
  }
  EXPECT_EQ(bytes, kPieces * kPieceBytes);
  EXPECT_EQ(next_frame(*client).payload, "after");
  ASSERT_TRUE(run_until([&] { return records_.back()->drained > 0; }));
  EXPECT_EQ(records_.back()->drained, 1);
}

TEST_F(Flow, APieceThatIsNotAtHandIsWaitedFor) {
  const auto client = open();
  int made = 0;
  auto message = std::make_unique<TextOfPieces>([&made](std::string& out) {
    out += made == 0 ? "one " : "two";
    return ++made < 2;
  });
  TextOfPieces& text = *message;
  text.at_hand = false;
  connection().send_long(std::move(message));
  records_.back()->send("after");
  for (const int pieces : {0, 1}) {
    context_.run_for(milliseconds(5));
    EXPECT_EQ(made, pieces);
    ASSERT_TRUE(text.waiting);
    std::exchange(text.waiting, nullptr)();
  }
  EXPECT_EQ(next_frame(*client), (Frame{false, Opcode::kText, "one "}));
  EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kContinuation, "two"}));
  EXPECT_EQ(next_frame(*client).payload, "after");
}

TEST_F(Flow, NobodyWaitsForAPieceOfAConnectionThatIsGone) {
  const auto client = open();
  auto message = std::make_unique<TextOfPieces>([](std::string&) {
    ADD_FAILURE() << "a piece is made for nobody";
    return true;
  });
  TextOfPieces& text = *message;
  text.at_hand = false;
  connection().send_long(std::move(message));
  const auto ready = std::exchange(text.waiting, nullptr);
  client->reset();
  ASSERT_TRUE(run_until([&] { return records_.back()->closed > 0; }));
  ready();
  context_.run_for(milliseconds(5));
}

TEST_F(Flow, WhoTakesNothingIsDroppedBeforeOthersWhereTooMuchIsHeld) {
  memory_.output_bytes = 1'000'000;
  timing_.sweep = milliseconds(2);
  const auto idle = open();
  const auto deaf = open();
  deaf->stop_reading();
  const auto deaf_one = records_.back();
  while (deaf_one->closed == 0) {
    deaf_one->send(std::string(100'000, 'x'));
    context_.run_for(milliseconds(5));
  }
  EXPECT_EQ(server_->counts().dropped_for_room.value(), 1U);
  records_.front()->send("still there");
  EXPECT_EQ(next_frame(*idle).payload, "still there");
  EXPECT_LT(server_->counts().output_bytes.value(), 1'000'000U);
}

TEST_F(Flow, LittleThatIsQueuedIsNotWorthAWord) {
  const auto client = open();
  for (int i = 0; i < 100; ++i) {
    records_.back()->send(std::string(1'000, 'x'));
    EXPECT_EQ(next_frame(*client).payload.size(), 1'000U);
  }
  EXPECT_EQ(records_.back()->drained, 0);
}

TEST_F(Flow, TerminateEndsAClientThatDoesNotRead) {
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(32'000'000, 'x'));
  records_.back()->connection->close(CloseCode::kTryAgainLater, "too slow");
  records_.back()->connection->terminate();
  EXPECT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
}

TEST_F(Flow, MessagesOfAFewBytesCountWithTheMemoryThatTheyTake) {
  constexpr std::size_t kMessages = 20'000;
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(8'000'000, 'x'));
  context_.poll();
  const std::size_t before = connection().queued_bytes();
  for (std::size_t i = 0; i < kMessages; ++i) records_.back()->send("{}");
  EXPECT_EQ(connection().queued_bytes(), before + kMessages * (4 + kQueuedMessageBytes));
  client->start_reading();
  EXPECT_TRUE(run_until([&] { return connection().queued_bytes() == 0; }));
  EXPECT_EQ(server_->counts().queued_bytes.value(), 0U);
  EXPECT_EQ(server_->counts().output_bytes.value(), 0U);
}

TEST_F(Flow, PingsThatAreNotReadGetNoQueueOfAnswers) {
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(8'000'000, 'x'));
  context_.poll();
  const std::size_t before = connection().queued_bytes();
  ASSERT_GT(before, 0U);
  std::string pings;
  for (int i = 0; i < 50'000; ++i) pings += to_bytes({true, Opcode::kPing, std::string(125, 'p')});
  client->send(pings);
  client->send_text("after them");
  ASSERT_TRUE(run_until([&] { return !records_.back()->messages.empty(); }));
  EXPECT_LE(connection().queued_bytes(), before + kPongsWaitingMax * (127 + kQueuedMessageBytes));
}

TEST_F(Flow, PingsAreAnsweredEachWhileFewWaitAndThenTheNewest) {
  const auto client = open();
  std::string pings;
  for (int i = 0; i < 10; ++i) pings += to_bytes({true, Opcode::kPing, std::to_string(i)});
  client->send(pings);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kPong, std::to_string(i)}));
  }
  pings.clear();
  for (int i = 0; i < 1'000; ++i) pings += to_bytes({true, Opcode::kPing, std::to_string(i)});
  client->send(pings);
  std::vector<std::string> answered;
  while (answered.empty() || answered.back() != "999") {
    answered.push_back(next_frame(*client).payload);
  }
  for (std::size_t i = 0; i < kPongsWaitingMax; ++i) EXPECT_EQ(answered[i], std::to_string(i));
}

TEST_F(Flow, ASilentClientThatAnswersPingsStays) {
  hurry();
  const auto client = open();
  for (int i = 0; i < 10; ++i) {
    const Frame ping = next_frame(*client);
    EXPECT_EQ(ping.opcode, Opcode::kPing);
    client->send(Frame{true, Opcode::kPong, ping.payload});
  }
  EXPECT_EQ(records_.back()->closed, 0);
}

TEST_F(Flow, AClientThatDoesNotAnswerPingsIsDropped) {
  hurry();
  const auto client = open();
  const auto opened = std::chrono::steady_clock::now();
  EXPECT_EQ(next_frame(*client).opcode, Opcode::kPing);
  ASSERT_TRUE(run_until([&] { return client->ended() && records_.back()->closed == 1; }));
  EXPECT_EQ(server_->counts().dropped_unresponsive.value(), 1U);
  EXPECT_EQ(server_->counts().web_sockets.value(), 0U);
  EXPECT_GE(std::chrono::steady_clock::now() - opened,
            timing_.ping_interval + timing_.ping_timeout - milliseconds(5));
}

TEST_F(Flow, WhoSendsIsNotPinged) {
  hurry();
  timing_.ping_interval = milliseconds(400);
  const auto client = open();
  const auto until = std::chrono::steady_clock::now() + milliseconds(800);
  ASSERT_TRUE(repeat_until([&] { client->send_text("typing"); },
                           [&] { return std::chrono::steady_clock::now() >= until; }));
  EXPECT_FALSE(client->take_frame());
}

TEST_F(Flow, WhoReadsALongTextSlowlyIsNotDropped) {
  hurry();
  timing_.ping_timeout = milliseconds(200);
  const auto client = open();
  client->stop_reading();
  context_.poll();
  constexpr std::size_t kLong = 12'000'000;
  records_.back()->send(std::string(kLong, 'x'));
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(repeat_until(
      [&] { client->read_some(40'000); },
      [&] { return client->received().size() > kLong || records_.back()->closed > 0; }));
  EXPECT_EQ(records_.back()->closed, 0);
  EXPECT_GT(std::chrono::steady_clock::now() - begun, timing_.ping_interval + timing_.ping_timeout)
      << "else nothing was tested";
}

TEST_F(Flow, WhoStopsReadingALongTextIsDropped) {
  hurry();
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(32'000'000, 'x'));
  context_.poll();
  EXPECT_GT(server_->counts().queued_bytes.value(), 16'000'000U);
  EXPECT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  EXPECT_EQ(server_->counts().queued_bytes.value(), 0U);
}

TEST_F(Flow, MessagesAndBytesAreCountedBothWays) {
  const auto client = open();
  const Counts& counts = server_->counts();
  const std::uint64_t received = counts.bytes_received.value();
  const std::uint64_t sent = counts.bytes_sent.value();
  client->send_text("typing");
  ASSERT_TRUE(run_until([&] { return records_.back()->messages.size() == 1; }));
  EXPECT_EQ(counts.messages_received.value(), 1U);
  EXPECT_EQ(counts.bytes_received.value() - received, 2 + 4 + 6U) << "with its head and mask";
  records_.back()->send_all({"one", "and", "two"});
  for (int i = 0; i < 3; ++i) (void)next_frame(*client);
  EXPECT_EQ(counts.messages_sent.value(), 3U);
  EXPECT_EQ(counts.bytes_sent.value() - sent, 3 * (2 + 3U));
}

TEST_F(Flow, WhilePausedNothingIsDeliveredAndAfterwardsAllInOrder) {
  const auto client = open();
  connection().pause_reading();
  for (int i = 0; i < 1'000; ++i) client->send_text(std::to_string(i));
  ASSERT_TRUE(run_until([&] { return client->unsent() == 0; }));
  context_.run_for(milliseconds(20));
  EXPECT_TRUE(records_.back()->messages.empty());
  connection().resume_reading();
  ASSERT_TRUE(run_until([&] { return records_.back()->messages.size() == 1'000; }));
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(records_.back()->messages[static_cast<std::size_t>(i)], std::to_string(i));
  }
}

TEST_F(Flow, PausingHoldsBackWhatCameInTheSameRead) {
  const auto client = open();
  records_.back()->on_text = [&](std::string_view) { connection().pause_reading(); };
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += to_bytes({true, Opcode::kText, std::to_string(i)});
  client->send(bytes);
  for (std::size_t i = 1; i <= 10; ++i) {
    ASSERT_TRUE(run_until([&] { return records_.back()->messages.size() >= i; }));
    context_.poll();
    EXPECT_EQ(records_.back()->messages.size(), i) << "one per resumption";
    connection().resume_reading();
  }
}

TEST_F(Flow, PausingAndResumingAtWillLosesNothing) {
  const auto client = open();
  constexpr std::size_t kMessages = 20'000;
  records_.back()->on_text = [&](std::string_view text) {
    const std::size_t size = text.size();
    if (size % 2 == 0) connection().pause_reading();
    if (size % 3 != 0) connection().resume_reading();
    if (size % 5 == 0) connection().pause_reading();
  };
  std::string bytes;
  for (std::size_t i = 0; i < kMessages; ++i) {
    bytes += to_bytes({true, Opcode::kText, std::to_string(i) + std::string(i % 61, '.')});
  }
  client->send(bytes);
  ASSERT_TRUE(run_until([&] {
    connection().resume_reading();  // Makes work for the loop, so that it does not wait.
    return records_.back()->messages.size() == kMessages || records_.back()->closed > 0;
  }));
  for (std::size_t i = 0; i < kMessages; ++i) {
    ASSERT_EQ(records_.back()->messages[i], std::to_string(i) + std::string(i % 61, '.'));
  }
}

TEST_F(Flow, APausedClientMakesUsWaitNotHold) {
  const auto client = open();
  connection().pause_reading();
  for (int i = 0; i < 40; ++i) client->send_text(std::string(1'000'000, 'x'));
  context_.run_for(milliseconds(100));
  EXPECT_GT(client->unsent(), 0U);
  connection().resume_reading();
  EXPECT_TRUE(run_until([&] { return records_.back()->messages.size() == 40; }));
}

TEST_F(Flow, APausedClientIsNotTakenForDead) {
  hurry();
  const auto client = open();
  connection().pause_reading();
  context_.run_for(milliseconds(200));
  EXPECT_EQ(records_.back()->closed, 0);
  EXPECT_FALSE(client->take_frame());
  connection().resume_reading();
  EXPECT_EQ(next_frame(*client).opcode, Opcode::kPing);
}

TEST_F(Flow, APausedClientThatTakesNothingIsDropped) {
  timing_.sweep = milliseconds(2);
  timing_.output = milliseconds(200);
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(16'000'000, 'x'));
  connection().pause_reading();
  ASSERT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  EXPECT_EQ(server_->counts().dropped_unresponsive.value(), 1U);
  EXPECT_EQ(server_->counts().queued_bytes.value(), 0U);
}

TEST_F(Flow, WhoAnswersPingsAndTakesNothingIsDropped) {
  timing_.sweep = milliseconds(2);
  timing_.output = milliseconds(200);
  const auto client = open();
  client->stop_reading();
  records_.back()->send(std::string(16'000'000, 'x'));
  ASSERT_TRUE(repeat_until(
      [&] {
        client->send(Frame{true, Opcode::kPong, ""});
      },
      [&] { return records_.back()->closed == 1; }));
}

TEST_F(Flow, APausedClientCanBeClosed) {
  const auto client = open();
  connection().pause_reading();
  client->send_text("unheard");
  context_.run_for(milliseconds(10));
  connection().close(CloseCode::kServiceRestart, "");
  const Frame frame = next_frame(*client);
  EXPECT_EQ(frame.opcode, Opcode::kClose);
  client->send(frame);
  EXPECT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  EXPECT_TRUE(records_.back()->messages.empty());
}

}  // namespace
}  // namespace cowrite::transport
