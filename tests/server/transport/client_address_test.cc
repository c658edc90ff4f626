#include "server/transport/client_address.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/http/errors.h"

namespace cowrite::transport {
namespace {

boost::asio::ip::address address(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

TrustedProxies proxies(const std::vector<std::string>& texts) {
  const auto made = TrustedProxies::make(texts);
  EXPECT_TRUE(made);
  return made ? *made : TrustedProxies();
}

// The client of a request with these headers that came from a proxy in 10.0.0.0/8, "none" or
// "refused".
std::string client(const std::string& forwarded, const std::string& x_forwarded_for) {
  http::Request request;
  if (!forwarded.empty()) request.headers.emplace_back("forwarded", forwarded);
  if (!x_forwarded_for.empty()) request.headers.emplace_back("x-forwarded-for", x_forwarded_for);
  const auto found = forwarded_client(request, proxies({"10.0.0.0/8"}));
  if (!found) {
    EXPECT_EQ(found.error().code, http::kErrRequestMalformed);
    return "refused";
  }
  return *found ? (*found)->to_string() : "none";
}

TEST(TrustedProxies, AreAddressesNetworksAndLoopback) {
  const TrustedProxies trusted = proxies({"192.0.2.1", "10.0.0.0/8", "2001:db8::/33", "loopback"});
  for (const char* text : {"192.0.2.1", "::ffff:192.0.2.1", "10.255.0.1", "2001:db8:7fff::1",
                           "127.0.0.1", "127.1.2.3", "::1"}) {
    EXPECT_TRUE(trusted.trusts(address(text))) << text;
  }
  for (const char* text : {"192.0.2.2", "11.0.0.1", "2001:db8:8000::1", "::a00:1"}) {
    EXPECT_FALSE(trusted.trusts(address(text))) << text;
  }
  EXPECT_FALSE(TrustedProxies().trusts(address("127.0.0.1")));
  EXPECT_TRUE(proxies({"0.0.0.0/0"}).trusts(address("203.0.113.9")));
  EXPECT_FALSE(proxies({"0.0.0.0/0"}).trusts(address("2001:db8::1")));
}

TEST(TrustedProxies, TextsThatAreNoneAreNamed) {
  for (const char* text : {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129",
                           "10.0.0", "fe80::1%lo"}) {
    const auto made = TrustedProxies::make({text});
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, kErrTrustedProxy);
    EXPECT_NE(made.error().message.find("\"" + std::string(text) + "\""), std::string::npos);
  }
}

TEST(ForwardedClient, IsTheLastThatIsNoTrustedProxy) {
  EXPECT_EQ(client("", "203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(client("", "198.51.100.1, 203.0.113.5"), "203.0.113.5") << "the first is its own word";
  EXPECT_EQ(client("", "nonsense, 203.0.113.5 , 10.0.0.7"), "203.0.113.5");
  EXPECT_EQ(client("", "10.0.0.9, 10.0.0.7"), "10.0.0.9");
  EXPECT_EQ(client("", "203.0.113.5:4711"), "203.0.113.5");
  EXPECT_EQ(client("", "2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(client("", "[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(client("", "::ffff:203.0.113.5"), "203.0.113.5");
}

TEST(ForwardedClient, IsReadFromTheStandardHeader) {
  EXPECT_EQ(client("for=203.0.113.5", ""), "203.0.113.5");
  EXPECT_EQ(client("For=\"[2001:db8::1]:4711\";proto=https", ""), "2001:db8::1");
  EXPECT_EQ(client("for=1.1.1.1, for=203.0.113.5;by=10.0.0.1, proto=http;for=10.0.0.7", ""),
            "203.0.113.5");
  EXPECT_EQ(client("for=\"_a,b\", for=203.0.113.5", ""), "203.0.113.5");
}

TEST(ForwardedClient, IsAbsentWhereNobodyNamesIt) {
  EXPECT_EQ(client("", ""), "none");
  EXPECT_EQ(client("for=unknown", ""), "none");
  EXPECT_EQ(client("for=_hidden", ""), "none");
}

TEST(ForwardedClient, HeadersThatAreMalformedOrDisagreeAreRefused) {
  for (const char* text : {"nonsense", "203.0.113.5,", "203.0.113.5 198.51.100.1", "[2001:db8::1",
                           "[::1]x", "1.2.3.4.5", ","}) {
    EXPECT_EQ(client("", text), "refused") << text;
  }
  for (const char* text : {"203.0.113.5", "by=10.0.0.1", "for=", "for=nonsense", "for=\"1.2.3.4"}) {
    EXPECT_EQ(client(text, ""), "refused") << text;
  }
  EXPECT_EQ(client("for=203.0.113.5", "203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(client("for=198.51.100.1", "203.0.113.5"), "refused")
      << "the proxy wrote one of them, and its client the other";
}

TEST(Payers, AreOneForAnIPv4AddressAndForANetworkOfIPv6) {
  const Payers payers({1, 2});
  const auto of = [&](const char* text) { return payers.of(network_of(address(text)), 7); };
  EXPECT_EQ(of("203.0.113.5"), of("::ffff:203.0.113.5"));
  EXPECT_EQ(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
  EXPECT_EQ(
      std::set({of("203.0.113.5"), of("203.0.113.6"), of("2001:db8:0:1::1"), of("2001:db8:0:2::1")})
          .size(),
      4U);
}

TEST(Payers, OfLoopbackAreTheConnections) {
  const Payers payers({1, 2});
  EXPECT_EQ(payers.of(network_of(address("127.0.0.1")), 7), storage::Payer{7});
  EXPECT_EQ(payers.of(network_of(address("::1")), 8), storage::Payer{8});
}

TEST(Payers, CannotBeChosenWithoutTheSecret) {
  const auto network = network_of(address("203.0.113.5"));
  EXPECT_NE(Payers({1, 2}).of(network, 0), Payers({1, 3}).of(network, 0));
  EXPECT_NE(Payers({1, 2}).of(network, 0), Payers({2, 2}).of(network, 0));
}

}  // namespace
}  // namespace cowrite::transport
