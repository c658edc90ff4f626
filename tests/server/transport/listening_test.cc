// Accepting connections, as many as there may be, and coming to an end.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/server/transport/test_server.h"

namespace cowrite::transport {
namespace {

using std::chrono::milliseconds;

class Listening : public TestServer {};

TEST_F(Listening, AnAddressThatIsTakenIsNamedInTheError) {
  start();
  WebSocketServer second(context_, handlers(), quota_);
  const auto port = second.listen({"127.0.0.1", port_});
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, kErrListen);
  EXPECT_EQ(port.error().message, "Cannot listen on 127.0.0.1 port " + std::to_string(port_) +
                                      ": Address already in use.");
}

TEST_F(Listening, AnAddressThatIsNoneIsAnError) {
  WebSocketServer server(context_, handlers(), std::make_shared<ConnectionQuota>());
  for (const char* host : {"256.0.0.1", "192.0.2.1", "no such host"}) {
    const auto port = server.listen({host, 0});
    ASSERT_FALSE(port) << host;
    EXPECT_EQ(port.error().code, kErrListen);
    EXPECT_NE(port.error().message.find(host), std::string::npos);
  }
  const auto port = server.listen({"127.0.0.1", 0});
  EXPECT_TRUE(port) << "a failure is not the end";
}

TEST_F(Listening, ServersOfOneProcessShareAnAddress) {
  start();
  WebSocketServer second(context_, handlers(), quota_, timing_);
  const auto port = second.listen({"127.0.0.1", port_}, Sharing::kJoin);
  ASSERT_TRUE(port) << port.error().message;
  EXPECT_EQ(*port, port_);
  std::vector<std::unique_ptr<TestClient>> clients;
  while (second.connections() == 0 || server_->connections() == 0) {
    ASSERT_LT(clients.size(), 200U) << "all clients went to one server";
    clients.push_back(open());
  }
  EXPECT_EQ(second.connections() + server_->connections(), clients.size());
}

TEST_F(Listening, MoreConnectionsThanAllowedAreClosedAtOnce) {
  start({2, 2});
  auto first = open();
  const auto second = open();
  const auto third = connect();
  EXPECT_TRUE(run_until([&] { return third->ended(); }));
  first.reset();
  ASSERT_TRUE(run_until([&] { return records_.front()->closed == 1; }));
  // Its place is given back when the socket is closed, which may be a moment later.
  std::unique_ptr<TestClient> fourth;
  EXPECT_TRUE(run_until([&] {
    if (!fourth || fourth->ended()) {
      fourth = connect();
      fourth->send(handshake());
    }
    return fourth->take_response_head().has_value();
  }));
}

TEST_F(Listening, ServesManyAtOnce) {
  constexpr std::size_t kClients = 400;
  accepted_ = [](Recorder& record) {
    record.on_text = [&record](std::string_view text) { record.send("echo " + std::string(text)); };
  };
  std::vector<std::unique_ptr<TestClient>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(connect());
    clients.back()->send(handshake() + to_bytes({true, Opcode::kText, std::to_string(i)}));
  }
  for (std::size_t i = 0; i < kClients; ++i) {
    ASSERT_TRUE(run_until([&] { return clients[i]->take_response_head().has_value(); }));
    EXPECT_EQ(next_frame(*clients[i]).payload, "echo " + std::to_string(i));
  }
  EXPECT_EQ(server_->connections(), kClients);
  for (const auto& record : records_) record->connection->close(CloseCode::kServiceRestart, "");
  for (const auto& client : clients) {
    EXPECT_EQ(next_frame(*client).opcode, Opcode::kClose);
    client->send(Frame{true, Opcode::kClose, ""});
  }
  EXPECT_TRUE(run_until([&] { return server_->connections() == 0; }));
}

TEST_F(Listening, AfterStoppingAndClosingNothingKeepsTheLoopRunning) {
  http::Respond respond;
  http_ = [&](const http::Request&, http::Respond given) { respond = std::move(given); };
  auto web_socket = open();
  auto waiting = connect();
  waiting->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto half = connect();
  half->send("GET / HT");
  ASSERT_TRUE(run_until([&] { return respond != nullptr && half->unsent() == 0; }));

  server_->stop_accepting();
  ASSERT_TRUE(run_until([&] { return half->ended(); }));
  EXPECT_THROW(TestClient(context_, port_), boost::system::system_error);
  web_socket->send_text("still open");
  ASSERT_TRUE(run_until([&] { return !records_.back()->messages.empty(); }));
  respond({200, "still answered", {}});
  ASSERT_TRUE(run_until([&] { return waiting->ended(); }));
  EXPECT_TRUE(waiting->received().ends_with("still answered"));
  records_.back()->connection->close(CloseCode::kServiceRestart, "");
  const Frame frame = next_frame(*web_socket);
  web_socket->send(frame);
  ASSERT_TRUE(run_until([&] { return web_socket->ended(); }));
  for (auto* client : {&web_socket, &waiting, &half}) client->reset();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(run_out());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, timing_.sweep) << "no timer is waited for";
  EXPECT_EQ(records_.back()->closed, 1);
}

TEST_F(Listening, DestroyingTheServerDropsAllWithoutAWord) {
  const auto web_socket = open();
  const auto half = connect();
  half->send("GET / HT");
  ASSERT_TRUE(run_until([&] { return half->unsent() == 0; }));
  server_.reset();
  EXPECT_TRUE(run_until([&] { return web_socket->ended() && half->ended(); }));
  EXPECT_TRUE(run_out());
  EXPECT_EQ(records_.back()->closed, 0);
}

TEST_F(Listening, ConnectionsMayOutliveTheirLoop) {
  auto context = std::make_unique<boost::asio::io_context>();
  auto server =
      std::make_unique<WebSocketServer>(*context, handlers(), std::make_shared<ConnectionQuota>());
  const auto port = server->listen({"127.0.0.1", 0});
  ASSERT_TRUE(port);
  auto client = std::make_unique<TestClient>(*context, *port);
  client->send(handshake());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (records_.empty() && std::chrono::steady_clock::now() < deadline) {
    context->run_one_until(deadline);
  }
  ASSERT_FALSE(records_.empty());
  client.reset();
  server.reset();
  context.reset();
  records_.back()->send("nobody");
  EXPECT_EQ(records_.back()->connection->queued_bytes(), 0U);
}

// In a process of its own, since the limit on file descriptors is the process's.
class OutOfDescriptors : public TestServer {
 public:
  void TestBody() override {}

  // The exit status: 0 if all went as it should, else the number of the step that did not.
  int run() {
    start();
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    std::vector<int> spares;
    for (int spare = ::open("/dev/null", O_RDONLY); spare >= 0;
         spare = ::open("/dev/null", O_RDONLY)) {
      spares.push_back(spare);
    }
    if (errno != EMFILE || spares.empty()) return 1;
    ::close(spares.back());
    spares.pop_back();
    TestClient client(
        context_, port_);  // Takes the last one; the kernel completes the connection without us.
    client.send(handshake());

    const double before = cpu_seconds();
    context_.run_for(milliseconds(500));
    if (cpu_seconds() - before > 0.1) return 2;
    if (!records_.empty() || client.ended()) return 3;
    for (const int spare : spares) ::close(spare);
    return run_until([&] { return client.take_response_head() && !records_.empty(); }) ? 0 : 4;
  }

 private:
  static double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
};

TEST_F(Listening, WithoutFileDescriptorsItWaitsWithoutBurningTheProcessor) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(OutOfDescriptors().run());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace cowrite::transport
