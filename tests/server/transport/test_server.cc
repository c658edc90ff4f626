#include "tests/server/transport/test_server.h"

namespace cowrite::transport {

namespace {
constexpr std::chrono::seconds kPatience{20};
}

bool TestServer::run_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    context_.restart();
    context_.run_one_until(deadline);
  }
  return true;
}

bool TestServer::repeat_until(const std::function<void()>& action,
                              const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    action();
    context_.restart();
    context_.run_for(std::chrono::milliseconds(1));
  }
  return true;
}

bool TestServer::run_out() {
  context_.restart();
  context_.run_for(kPatience);
  return context_.stopped();
}

WebSocketServer::Handlers TestServer::handlers() {
  WebSocketServer::Handlers handlers{
      base_path_, [this](const http::Request& request) { return refuse_(request); },
      [this](std::shared_ptr<Connection> connection, const http::Request& request) {
        auto record = std::make_shared<Recorder>();
        record->connection = std::move(connection);
        record->request = request;
        records_.push_back(record);
        if (accepted_) accepted_(*record);
        return record;
      },
      [this](const http::Request& request, http::Respond respond) {
        http_(request, std::move(respond));
      },
      [this](const http::Request& request) { return takes_body_(request); }};
  handlers.opened = opened_;
  handlers.named = named_;
  handlers.trusted_proxies = trusted_proxies_;
  return handlers;
}

void TestServer::start(const ConnectionLimits& limits) {
  if (server_) return;
  quota_ = std::make_shared<ConnectionQuota>(limits);
  server_ = std::make_unique<WebSocketServer>(context_, handlers(), quota_, timing_, memory_);
  const auto port = server_->listen({"127.0.0.1", 0});
  ASSERT_TRUE(port) << port.error().message;
  port_ = *port;
}

std::unique_ptr<TestClient> TestServer::connect() {
  start();
  return std::make_unique<TestClient>(context_, port_);
}

std::unique_ptr<TestClient> TestServer::open() {
  auto client = connect();
  const std::size_t before = records_.size();
  client->send(handshake());
  EXPECT_TRUE(run_until([&] { return records_.size() > before && client->take_response_head(); }));
  return client;
}

Frame TestServer::next_frame(TestClient& client) {
  std::optional<Frame> frame;
  EXPECT_TRUE(run_until([&] { return (frame = client.take_frame()) || client.ended(); }))
      << "neither a frame nor an end";
  EXPECT_TRUE(frame) << "the connection ended";
  return frame.value_or(Frame{});
}

std::string TestServer::request(const std::string& text) {
  const auto client = connect();
  client->send(text);
  EXPECT_TRUE(run_until([&] { return client->ended(); })) << client->received();
  EXPECT_FALSE(client->was_reset());
  return client->received();
}

}  // namespace cowrite::transport
