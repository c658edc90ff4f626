// Clients that come through a proxy; the tests' own connections are the proxy's.
#include <map>

#include "server/http/errors.h"
#include "tests/server/transport/test_server.h"

namespace cowrite::transport {
namespace {

class Proxies : public TestServer {
 protected:
  Proxies() {
    trusted_proxies_ = *TrustedProxies::make({"loopback"});
    http_ = [this](const http::Request& request, const http::Respond& respond) {
      payers_.push_back(request.payer);
      respond({200, "", {}});
    };
  }
  std::string get(const std::string& headers) {
    return request("GET / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  }
  static std::string handshake_of(const std::string& client) {
    const std::string bare = handshake();
    return bare.substr(0, bare.size() - 2) + "X-Forwarded-For: " + client + "\r\n\r\n";
  }

  std::vector<storage::Payer> payers_;
};

TEST_F(Proxies, WhomTheyNamePaysOnAllItsConnections) {
  get("X-Forwarded-For: 203.0.113.5\r\n");
  get("X-Forwarded-For: 198.51.100.7, 203.0.113.5\r\n");
  get("Forwarded: for=203.0.113.6\r\n");
  ASSERT_EQ(payers_.size(), 3U);
  EXPECT_EQ(payers_[0], payers_[1]);
  EXPECT_NE(payers_[0], payers_[2]);
}

TEST_F(Proxies, AreNotBelievedUnlessTheyAreTrusted) {
  trusted_proxies_ = *TrustedProxies::make({"10.0.0.0/8"});
  std::uint64_t connections = 0;
  opened_ = [&](const std::string&) { return ++connections; };
  get("X-Forwarded-For: 203.0.113.5\r\n");
  get("X-Forwarded-For: nonsense\r\n");
  EXPECT_EQ(payers_, (std::vector{storage::Payer{1}, storage::Payer{2}})) << "the connections";
}

TEST_F(Proxies, WhatTheyDoNotWriteIsRefused) {
  const std::string refused = get("X-Forwarded-For: nonsense\r\n");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 400 ")) << refused;
  EXPECT_NE(refused.find("X-Forwarded-For"), std::string::npos);
  EXPECT_TRUE(request(handshake_of("nonsense")).starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(payers_.empty());
}

TEST_F(Proxies, HaveClientsThatEachHaveALimitOfTheirOwn) {
  start(ConnectionLimits{100, 1});
  const auto web_socket = connect();
  web_socket->send(handshake_of("203.0.113.5"));
  ASSERT_TRUE(run_until([&] { return records_.size() == 1; }));
  const std::string refused = request(handshake_of("203.0.113.5"));
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 ")) << refused;
  EXPECT_TRUE(get("X-Forwarded-For: 203.0.113.5\r\n").starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(quota_->refused().per_address, 2U);
  EXPECT_TRUE(get("X-Forwarded-For: 203.0.113.6\r\n").starts_with("HTTP/1.1 200 "));
  web_socket->reset();
  ASSERT_TRUE(run_until([&] { return records_.back()->closed == 1; }));
  EXPECT_TRUE(get("X-Forwarded-For: 203.0.113.5\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(Proxies, MayNameTheClientBeforeTheRequest) {
  const std::string preamble = "PROXY TCP4 203.0.113.5 10.0.0.1 4711 80\r\n";
  const std::string get_root = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_TRUE(request(preamble + get_root).starts_with("HTTP/1.1 200 "));
  get("X-Forwarded-For: 203.0.113.5\r\n");
  EXPECT_TRUE(request(preamble + "GET / HTTP/1.1\r\nHost: localhost\r\n"
                                 "X-Forwarded-For: 198.51.100.7\r\n\r\n")
                  .starts_with("HTTP/1.1 200 "));
  ASSERT_EQ(payers_.size(), 3U);
  EXPECT_EQ(payers_[0], payers_[1]);
  EXPECT_EQ(payers_[0], payers_[2]) << "what the client itself says counts nothing";
  EXPECT_EQ(request("PROXY nonsense\r\n" + get_root), "");
  EXPECT_EQ(payers_.size(), 3U);
}

TEST_F(Proxies, MayNameTheClientByteByByte) {
  const auto client = connect();
  for (const char byte : std::string("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n") + handshake()) {
    client->send(std::string(1, byte));
    context_.restart();
    context_.run_for(std::chrono::microseconds(100));
  }
  ASSERT_TRUE(run_until([&] { return records_.size() == 1; }));
  client->send_text("hello");
  ASSERT_TRUE(run_until([&] { return records_.back()->messages.size() == 1; }));
}

TEST_F(Proxies, AreToldOfByTheClientsAddress) {
  std::map<std::uint64_t, std::string> named;
  opened_ = [](const std::string&) { return 7; };
  named_ = [&](std::uint64_t number, const std::string& address) { named[number] = address; };
  get("X-Forwarded-For: 203.0.113.5\r\n");
  EXPECT_EQ(named, (std::map<std::uint64_t, std::string>{{7, "203.0.113.5"}}));
}

}  // namespace
}  // namespace cowrite::transport
