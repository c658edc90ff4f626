// The WebSocket protocol as proper and as broken clients speak it.
#include <algorithm>

#include "server/http/errors.h"
#include "tests/server/transport/test_server.h"

namespace cowrite::transport {
namespace {

class WebSocket : public TestServer {
 protected:
  // The response to a handshake that is refused: its status line.
  std::string refused(const std::string& text) {
    const std::string response = request(text);
    EXPECT_TRUE(records_.empty());
    return response.substr(0, response.find("\r\n"));
  }
  // The code of the close frame that comes next, and that the connection ends then without a word
  // from the client.
  int closed_with(TestClient& client) {
    const Frame frame = next_frame(client);
    EXPECT_EQ(frame.opcode, Opcode::kClose);
    EXPECT_GE(frame.payload.size(), 2U);
    EXPECT_TRUE(run_until([&] { return client.ended() && records_.back()->closed == 1; }));
    EXPECT_FALSE(client.was_reset());
    if (frame.payload.size() < 2) return 0;
    return static_cast<unsigned char>(frame.payload[0]) << 8 |
           static_cast<unsigned char>(frame.payload[1]);
  }
  std::string close_payload(CloseCode code, std::string_view reason) {
    const auto number = static_cast<int>(code);
    return std::string{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)} +
           std::string(reason);
  }
};

TEST_F(WebSocket, HandshakeAnswersTheKey) {
  const auto client = connect();
  client->send(handshake("/ws?a=b"));
  std::optional<std::string> head;
  ASSERT_TRUE(
      run_until([&] { return (head = client->take_response_head()) && !records_.empty(); }));
  EXPECT_TRUE(head->starts_with("HTTP/1.1 101 "));
  EXPECT_NE(head->find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos)
      << *head;
  EXPECT_EQ(head->find("Server:"), std::string::npos);
  EXPECT_EQ(records_.back()->request.path, "/ws");
  EXPECT_EQ(records_.back()->request.query, "a=b");
  EXPECT_EQ(records_.back()->request.header("host"), "localhost");
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(WebSocket, OffersOfCompressionAreLeftAlone) {
  const auto client = connect();
  std::string text = handshake();
  text.insert(text.size() - 2,
              "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  client->send(text);
  std::optional<std::string> head;
  ASSERT_TRUE(run_until([&] { return (head = client->take_response_head()).has_value(); }));
  EXPECT_EQ(head->find("Extensions"), std::string::npos);
}

TEST_F(WebSocket, OnlyVersionThirteenIsSpoken) {
  for (const char* version : {"7", "8", "0", "12", "14", "99", "garbage", ""}) {
    const std::string status = refused(handshake("/ws", version) + "12345678");
    EXPECT_TRUE(status.starts_with("HTTP/1.1 4") || status.starts_with("HTTP/1.1 5"))
        << version << ": " << status;
  }
  EXPECT_EQ(refused(handshake("/ws", "8")), "HTTP/1.1 426 Upgrade Required");
}

TEST_F(WebSocket, TheKeyMustBeSixteenBytes) {
  for (const char* key : {"", "dGhlIHNhbXBsZSBub25j", "short==", "dGhlIHNhbXBsZSBub25jZS==",
                          "dGhlIHNhbXBsZSBub25jZQ=!", "dGhlIHNhbXBsZSBub25jZQ==x"}) {
    EXPECT_EQ(refused(handshake("/ws", "13", key)), "HTTP/1.1 400 Bad Request") << key;
  }
}

TEST_F(WebSocket, IsAtOnePathOnly) {
  for (const char* path : {"/", "/ws/", "/wss", "/d/notes", "/WS", "/%77s"}) {
    EXPECT_EQ(refused(handshake(path)), "HTTP/1.1 404 Not Found") << path;
  }
}

TEST_F(WebSocket, IsRefusedWhereTheOwnerRefuses) {
  refuse_ = [](const http::Request& request) -> std::optional<Error> {
    EXPECT_EQ(request.path, "/ws");
    return Error{http::kErrHostForeign, "Not you."};
  };
  const std::string response = request(handshake());
  EXPECT_TRUE(response.starts_with("HTTP/1.1 403 ")) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\nNot you.\n")) << response;
  EXPECT_TRUE(records_.empty());
}

TEST_F(WebSocket, CarriesTextOfAnySizeBothWays) {
  const auto client = open();
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65'535U, 65'536U, 1'000'000U}) {
    const std::string text(size, 'x');
    client->send_text(text);
    ASSERT_TRUE(run_until([&] { return !records_.back()->messages.empty(); })) << size;
    EXPECT_EQ(records_.back()->messages, std::vector{text});
    records_.back()->messages.clear();
    records_.back()->send(text);
    EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kText, text})) << size;
  }
  EXPECT_EQ(records_.back()->connection->queued_bytes(), 0U);
}

TEST_F(WebSocket, MessagesOfOneOutboundArriveOneByOneAtEveryone) {
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(open());
  auto outbound = std::make_shared<Outbound>();
  outbound->messages = {"one", std::string(300, '2'), "", "vier \xE2\x82\xAC"};
  for (const auto& record : records_) record->connection->send(outbound, Haste::kAwaited);
  for (const auto& client : clients) {
    for (const std::string& text : outbound->messages) {
      EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kText, text}));
    }
  }
}

TEST_F(WebSocket, WhatIsSentBeforeItIsWrittenArrivesInOrderAlsoAroundALongMessage) {
  const auto client = open();
  const Recorder& record = *records_.back();
  record.send("one");
  record.send("two");
  record.connection->send_long(std::make_unique<TextOfPieces>([](std::string& out) {
    out += "long";
    return false;
  }));
  record.send("three");
  record.connection->close(CloseCode::kServiceRestart, "done");
  for (const char* text : {"one", "two"}) {
    EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kText, text}));
  }
  EXPECT_EQ(next_frame(*client).opcode, Opcode::kClose) << "what was not begun is dropped";
}

TEST_F(WebSocket, MessagesThatCameWithTheHandshakeAreNotLost) {
  const auto client = connect();
  client->send(handshake() + to_bytes({true, Opcode::kText, "early"}));
  ASSERT_TRUE(run_until([&] { return !records_.empty() && !records_.back()->messages.empty(); }));
  EXPECT_EQ(records_.back()->messages, std::vector<std::string>{"early"});
}

TEST_F(WebSocket, OwnerMaySendAndCloseWhileItAccepts) {
  accepted_ = [](Recorder& record) {
    record.send("hello");
    record.connection->close(CloseCode::kTryAgainLater, "full");
  };
  const auto client = open();
  EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kText, "hello"}));
  EXPECT_EQ(next_frame(*client),
            (Frame{true, Opcode::kClose, close_payload(CloseCode::kTryAgainLater, "full")}));
}

TEST_F(WebSocket, FragmentsMakeOneMessageWithControlFramesBetween) {
  const auto client = open();
  client->send(Frame{false, Opcode::kText, "Hal"});
  client->send(Frame{true, Opcode::kPing, "are you there?"});
  client->send(Frame{false, Opcode::kContinuation, ""});
  client->send(Frame{true, Opcode::kPong, "unasked"});
  client->send(Frame{true, Opcode::kContinuation, "lo"});
  EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kPong, "are you there?"}));
  ASSERT_TRUE(run_until([&] { return !records_.back()->messages.empty(); }));
  EXPECT_EQ(records_.back()->messages, std::vector<std::string>{"Hallo"});
}

TEST_F(WebSocket, ACharacterMayBeSplitOverFragments) {
  const auto client = open();
  client->send(Frame{false, Opcode::kText, "\xF0\x9F"});
  client->send(Frame{true, Opcode::kContinuation, "\x98\x80"});
  ASSERT_TRUE(run_until([&] { return !records_.back()->messages.empty(); }));
  EXPECT_EQ(records_.back()->messages, std::vector<std::string>{"\xF0\x9F\x98\x80"});
}

TEST_F(WebSocket, TextThatIsNotUtf8ClosesWith1007) {
  const std::vector<std::vector<std::string>> fragments = {
      {"\xFF"},      {"a\xC3"},        {"a\xC3", ""}, {"\xF0\x9F", "\x98"},
      {"\xC3", "x"}, {"\xED\xA0\x80"}, {"\xC0\x80"},  {"\xF5\x80\x80\x80"}};
  for (const auto& parts : fragments) {
    const auto client = open();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      client->send(
          Frame{i + 1 == parts.size(), i == 0 ? Opcode::kText : Opcode::kContinuation, parts[i]});
    }
    EXPECT_EQ(closed_with(*client), 1007) << testing::PrintToString(parts);
    EXPECT_TRUE(records_.back()->messages.empty());
  }
}

TEST_F(WebSocket, BinaryClosesWith1003) {
  const auto client = open();
  client->send(Frame{true, Opcode::kBinary, "abc"});
  const Frame frame = next_frame(*client);
  EXPECT_EQ(frame, (Frame{true, Opcode::kClose,
                          close_payload(CloseCode::kUnsupportedData, "Messages must be text.")}));
  client->send(frame);
  EXPECT_TRUE(run_until([&] { return client->ended() && records_.back()->closed == 1; }));
  EXPECT_TRUE(records_.back()->messages.empty());
}

TEST_F(WebSocket, ProtocolErrorsCloseWith1002) {
  const std::string unmasked{"\x81\x02hi", 4};
  const std::vector<std::string> broken = {
      unmasked,
      to_bytes({false, Opcode::kPing, ""}),                    // Control frames are whole,
      to_bytes({true, Opcode::kPing, std::string(126, 'x')}),  // and short.
      to_bytes({true, Opcode::kContinuation, "of what?"}),     //
      to_bytes({false, Opcode::kText, "a"}) + to_bytes({true, Opcode::kText, "b"}),  //
      to_bytes({true, static_cast<Opcode>(3), ""}),                                  // Reserved.
      "\xC1" + to_bytes({true, Opcode::kText, "x"}).substr(1),  // Compressed, they say.
      to_bytes({true, Opcode::kClose, "\x03"}),                 // Half a code.
  };
  for (const std::string& bytes : broken) {
    const auto client = open();
    client->send(bytes);
    EXPECT_EQ(closed_with(*client), 1002) << testing::PrintToString(bytes);
    EXPECT_TRUE(records_.back()->messages.empty());
  }
}

TEST_F(WebSocket, AMessageMayHaveItsMaximumAndNotAByteMore) {
  const auto client = open();
  client->send_text(std::string(kMessageBytesMax, 'x'));
  ASSERT_TRUE(run_until([&] { return !records_.back()->messages.empty(); }));
  EXPECT_EQ(records_.back()->messages.back().size(), kMessageBytesMax);
  client->send_text(std::string(kMessageBytesMax + 1, 'x'));
  EXPECT_EQ(closed_with(*client), 1009);
}

TEST_F(WebSocket, FragmentsTogetherHaveTheSameMaximum) {
  const auto client = open();
  client->send(Frame{false, Opcode::kText, std::string(kMessageBytesMax, 'x')});
  client->send(Frame{true, Opcode::kContinuation, "x"});
  EXPECT_EQ(closed_with(*client), 1009);
}

TEST_F(WebSocket, AnAnnouncedSizeIsRefusedBeforeItIsSent) {
  const auto client = open();
  client->send(std::string("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14));
  EXPECT_EQ(closed_with(*client), 1009);
}

TEST_F(WebSocket, CloseComesAfterWhatWasSentAndWaitsForTheAnswer) {
  const auto client = open();
  records_.back()->send("last words");
  records_.back()->connection->close(CloseCode::kServiceRestart, "restarting");
  records_.back()->send("too late");
  EXPECT_EQ(next_frame(*client), (Frame{true, Opcode::kText, "last words"}));
  const Frame frame = next_frame(*client);
  EXPECT_EQ(frame,
            (Frame{true, Opcode::kClose, close_payload(CloseCode::kServiceRestart, "restarting")}));
  client->send_text("sent before the close frame came");
  EXPECT_EQ(records_.back()->closed, 0);
  client->send(frame);
  ASSERT_TRUE(run_until([&] { return client->ended() && records_.back()->closed == 1; }));
  EXPECT_TRUE(records_.back()->messages.empty());
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(WebSocket, ALongReasonIsCutBetweenCharacters) {
  const auto client = open();
  std::string reason = "a";
  for (int i = 0; i < 100; ++i) reason += "\xC3\xA4";
  records_.back()->connection->close(CloseCode::kServiceRestart, reason);
  EXPECT_EQ(next_frame(*client).payload,
            close_payload(CloseCode::kServiceRestart, reason.substr(0, 123)));
  const auto other = open();
  records_.back()->connection->close(CloseCode::kServiceRestart, reason.substr(1));
  EXPECT_EQ(next_frame(*other).payload,
            close_payload(CloseCode::kServiceRestart, reason.substr(1, 122)));
}

TEST_F(WebSocket, AClientThatDoesNotAnswerACloseIsDropped) {
  timing_.close = std::chrono::milliseconds(20);
  const auto client = open();
  records_.back()->connection->close(CloseCode::kServiceRestart, "");
  EXPECT_TRUE(run_until([&] { return client->ended() && records_.back()->closed == 1; }));
}

TEST_F(WebSocket, TheClientsCloseIsAnswered) {
  const auto client = open();
  client->send(Frame{true, Opcode::kClose, close_payload(CloseCode::kServiceRestart, "bye")});
  EXPECT_EQ(closed_with(*client), 1012);
}

TEST_F(WebSocket, TellsOfAnEndWithoutAClose) {
  const auto quiet = open();
  quiet->reset();
  EXPECT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  auto gone = open();
  gone.reset();
  EXPECT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(WebSocket, TerminateEndsItAtOnceButNotInsideTheCall) {
  const auto client = open();
  const auto record = records_.back();
  record->on_text = [&](std::string_view) {
    record->connection->terminate();
    EXPECT_EQ(record->closed, 0);
  };
  client->send(to_bytes({true, Opcode::kText, "first"}) +
               to_bytes({true, Opcode::kText, "second"}));
  ASSERT_TRUE(run_until([&] { return client->ended() && record->closed == 1; }));
  EXPECT_EQ(record->messages, std::vector<std::string>{"first"});
  EXPECT_TRUE(client->was_reset());
}

TEST_F(WebSocket, AConnectionThatIsGoneMayStillBeCalled) {
  auto client = open();
  const auto connection = records_.back()->connection;
  client.reset();
  ASSERT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  records_.back()->send("nobody");
  connection->pause_reading();
  connection->resume_reading();
  connection->close(CloseCode::kServiceRestart, "");
  connection->terminate();
  EXPECT_EQ(connection->queued_bytes(), 0U);
  server_.reset();
  EXPECT_TRUE(run_out());
  records_.back()->send("nobody");
  EXPECT_EQ(records_.back()->closed, 1);
}

TEST_F(WebSocket, AnOwnerThatThrowsLosesThatConnectionOnly) {
  const auto good = open();
  const auto bad = open();
  records_.back()->on_text = [](std::string_view) { throw std::bad_alloc(); };
  bad->send_text("boom");
  ASSERT_TRUE(run_until([&] { return bad->ended() && records_.back()->closed == 1; }));
  good->send_text("still here");
  EXPECT_TRUE(run_until([&] { return records_.front()->messages.size() == 1; }));
}

}  // namespace
}  // namespace cowrite::transport
