#include "server/access/host_and_port.h"

#include <gtest/gtest.h>

namespace cowrite::access {
namespace {

HostAndPort name(std::string host, std::optional<std::uint16_t> port = {}) {
  return {std::move(host), port, false};
}
HostAndPort address(std::string host, std::optional<std::uint16_t> port = {}) {
  return {std::move(host), port, true};
}

TEST(HostAndPort, ReadsNamesAddressesAndPorts) {
  EXPECT_EQ(parse_host_and_port("example.org"), name("example.org"));
  EXPECT_EQ(parse_host_and_port("example.org:8080"), name("example.org", 8080));
  EXPECT_EQ(parse_host_and_port("my_host-1"), name("my_host-1"));
  EXPECT_EQ(parse_host_and_port("127.0.0.1:1"), address("127.0.0.1", 1));
  EXPECT_EQ(parse_host_and_port("[::1]"), address("::1"));
  EXPECT_EQ(parse_host_and_port("[::1]:65535"), address("::1", 65'535));
}

TEST(HostAndPort, BringsWhatIsTheSameToOneForm) {
  EXPECT_EQ(parse_host_and_port("LocalHost"), name("localhost"));
  EXPECT_EQ(parse_host_and_port("localhost."), name("localhost"));
  EXPECT_EQ(parse_host_and_port("localhost.:80"), name("localhost", 80));
  EXPECT_EQ(parse_host_and_port("[0:0:0:0:0:0:0:1]"), address("::1"));
  EXPECT_EQ(parse_host_and_port("[FE80::A]"), address("fe80::a"));
}

TEST(HostAndPort, RefusesWhatIsNotAHost) {
  for (const char* text : {"",
                           ".",
                           "..",
                           "a..b",
                           ".a",
                           ":80",
                           "a:",
                           "a:b",
                           "a:65536",
                           "a:-1",
                           "a:8 0",
                           "a:80:80",
                           "::1",
                           "[::1",
                           "[::1]x",
                           "[::1]80",
                           "[]",
                           "[1.2.3.4]",
                           "[fe80::1%eth0]",
                           "a b",
                           "a/b",
                           "a@b",
                           "user@localhost",
                           "a\\b",
                           "a,b",
                           "localhost, evil.org",
                           "\xC3\xA4",
                           "a\nb",
                           "127.1",
                           "1",
                           "0x7f.1.2.3.4",
                           "1.2.3.4.5",
                           "example.1"}) {
    EXPECT_EQ(parse_host_and_port(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_host_and_port(std::string("a\0b", 3)), std::nullopt);
  EXPECT_EQ(parse_host_and_port(std::string(64, 'a')), std::nullopt);
  EXPECT_EQ(parse_host_and_port(std::string(63, 'a')), name(std::string(63, 'a')));
}

TEST(Origin, HasTheUsualPortOfItsScheme) {
  EXPECT_EQ(parse_origin("http://example.org")->port, 80);
  EXPECT_EQ(parse_origin("https://example.org")->port, 443);
  EXPECT_EQ(parse_origin("https://example.org:443"), parse_origin("HTTPS://EXAMPLE.org"));
  EXPECT_EQ(parse_origin("app://local")->port, 0);
}

TEST(Origin, IsWrittenAsABrowserWritesIt) {
  for (const char* text : {"http://example.org", "https://example.org:8443", "http://[::1]:8080",
                           "https://10.0.0.1", "app://local"}) {
    EXPECT_EQ(to_string(*parse_origin(text)), text);
  }
  EXPECT_EQ(to_string(*parse_origin("HTTP://Example.org:80")), "http://example.org");
}

TEST(Origin, RefusesWhatIsNotAnOrigin) {
  for (const char* text : {"",
                           "null",
                           "*",
                           "http",
                           "http:",
                           "http://",
                           "://a",
                           "http:/a",
                           "//a",
                           "a",
                           "http://a/",
                           "http://a/b",
                           "http://a?b",
                           "http://a#b",
                           "http://u@a",
                           "http://u:p@a",
                           "1http://a",
                           "ht tp://a",
                           "http://a:port",
                           "http://*",
                           "https://*.example.org",
                           "http://a http://b",
                           "javascript:alert(1)"}) {
    EXPECT_EQ(parse_origin(text), std::nullopt) << text;
  }
}

TEST(Origin, IsTheServersOwnWhenHostAndPortAgree) {
  const auto same = [](const char* origin, const char* host) {
    return is_same_origin(*parse_origin(origin), *parse_host_and_port(host));
  };
  EXPECT_TRUE(same("http://localhost:8080", "localhost:8080"));
  EXPECT_TRUE(same("http://localhost", "localhost:80"));
  EXPECT_TRUE(same("http://[::1]:8080", "[0::1]:8080"));
  EXPECT_TRUE(same("https://notes.example.org", "notes.example.org"))
      << "behind a proxy that ends TLS";
  EXPECT_TRUE(same("https://notes.example.org", "notes.example.org:443"));
  EXPECT_FALSE(same("https://notes.example.org", "notes.example.org:80"));
  EXPECT_FALSE(same("http://localhost:3000", "localhost:8080"));
  EXPECT_FALSE(same("http://localhost", "localhost:8080"));
  EXPECT_FALSE(same("http://localhost:8080", "127.0.0.1:8080"));
  EXPECT_FALSE(same("http://localhost.evil.org:8080", "localhost:8080"));
  EXPECT_FALSE(same("app://localhost:8080", "localhost:8080"));
}

}  // namespace
}  // namespace cowrite::access
