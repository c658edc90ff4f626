// A server with its loop, and a record of the events that it gave to its owner.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/transport/web_socket_server.h"
#include "tests/server/transport/test_client.h"

namespace cowrite::transport {

// A long text whose pieces a function makes, and says whether more follow.
class TextOfPieces final : public LongText {
 public:
  explicit TextOfPieces(std::function<bool(std::string& out)> next) : next_(std::move(next)) {}
  bool prepare(std::function<void()> ready) override {
    if (at_hand) return true;
    waiting = std::move(ready);
    return false;
  }
  bool next(std::string& out) override { return next_(out); }

  bool at_hand = true;
  std::function<void()> waiting;  // For it, if it is not.

 private:
  std::function<bool(std::string& out)> next_;
};

// The events of one connection.
struct Recorder : ConnectionEvents {
  void on_message(std::string_view text) override {
    EXPECT_EQ(closed, 0);
    messages.emplace_back(text);
    if (on_text) on_text(text);
  }
  void on_drained() override {
    EXPECT_EQ(closed, 0);
    ++drained;
  }
  void on_close() override { ++closed; }

  void send(const std::string& text) const { send_all({text}); }
  void send_all(std::vector<std::string> texts) const {
    auto outbound = std::make_shared<Outbound>();
    for (const std::string& text : texts) outbound->bytes += text.size();
    outbound->messages = std::move(texts);
    connection->send(outbound, Haste::kAwaited);
  }

  std::shared_ptr<Connection> connection;
  http::Request request;
  std::vector<std::string> messages;
  int drained = 0;
  int closed = 0;
  std::function<void(std::string_view)> on_text;
};

class TestServer : public ::testing::Test {
 protected:
  // Runs the loop until the condition holds, false if it does not within 20 s.
  [[nodiscard]] bool run_until(const std::function<bool()>& condition);
  // The same, with something that the test does every millisecond meanwhile.
  [[nodiscard]] bool repeat_until(const std::function<void()>& action,
                                  const std::function<bool()>& condition);
  // Runs the loop until nothing is left to do.
  [[nodiscard]] bool run_out();

  // Starts the server, if no test did it before; times that a test waits for are short by then.
  void start(const ConnectionLimits& limits = {});
  std::unique_ptr<TestClient> connect();
  // A client whose handshake is done. Its record is the last of `records`.
  std::unique_ptr<TestClient> open();
  [[nodiscard]] Frame next_frame(TestClient& client);
  // Sends a request and returns all of the response.
  std::string request(const std::string& text);

  WebSocketServer::Handlers handlers();

  boost::asio::io_context context_;
  Timing timing_;
  Memory memory_;
  std::string base_path_;
  std::function<std::optional<Error>(const http::Request&)> refuse_ = [](const http::Request&) {
    return std::nullopt;
  };
  http::Handler http_ = [](const http::Request& request, const http::Respond& respond) {
    respond(
        {200, request.method + " " + request.path + " " + request.query + " " + request.body, {}});
  };
  std::function<bool(const http::Request&)> takes_body_ = [](const http::Request&) { return true; };
  std::function<std::uint64_t(const std::string&)> opened_;
  std::function<void(std::uint64_t, const std::string&)> named_;
  TrustedProxies trusted_proxies_;
  std::function<void(Recorder&)> accepted_;
  std::vector<std::shared_ptr<Recorder>> records_;
  std::shared_ptr<ConnectionQuota> quota_;
  std::unique_ptr<WebSocketServer> server_;
  std::uint16_t port_ = 0;
};

}  // namespace cowrite::transport
