#include "tools/load/wire/system_limits.h"

#include <gtest/gtest.h>

#include "ot/base/check.h"

namespace cowrite::load {
namespace {

std::string source(const std::string& url, std::size_t number, std::size_t count) {
  const Result<Target> target = find_target(url);
  CHECK(target);
  const auto address = source_address(*target, number, count);
  return address ? address->to_string() : "any";
}

TEST(LoadSourceAddress, IsTheSystemsChoiceForFewClients) {
  EXPECT_EQ(source("http://127.0.0.1:8080", 9'999, 10'000), "any");
}

TEST(LoadSourceAddress, IsAnotherForEveryTenThousandClientsOfThisMachine) {
  EXPECT_EQ(source("http://127.0.0.1:8080", 0, 25'000), "127.0.0.2");
  EXPECT_EQ(source("http://127.0.0.1:8080", 9'999, 25'000), "127.0.0.2");
  EXPECT_EQ(source("http://127.0.0.1:8080", 10'000, 25'000), "127.0.0.3");
  EXPECT_EQ(source("http://127.0.0.1:8080", 24'999, 25'000), "127.0.0.4");
}

TEST(LoadSourceAddress, IsTheSystemsChoiceForAnotherMachine) {
  EXPECT_EQ(source("http://192.0.2.1:8080", 24'999, 25'000), "any");
}

TEST(LoadTarget, IsTheWebSocketOfACowriteServer) {
  EXPECT_EQ(find_target("http://127.0.0.1:8080")->path, "/ws");
  EXPECT_EQ(find_target("http://127.0.0.1:8080/pad/")->path, "/pad/ws");
  EXPECT_EQ(find_target("http://127.0.0.1:8080")->host, "127.0.0.1:8080");
}

TEST(LoadTarget, IsAnyWebSocketAsItStands) {
  EXPECT_EQ(find_target("ws://127.0.0.1:7000")->path, "/");
  EXPECT_EQ(find_target("ws://127.0.0.1:7000/share")->path, "/share");
  EXPECT_EQ(find_target("ws://[::1]:7000/")->endpoint.port(), 7000);
}

TEST(LoadTarget, IsNoOtherUrl) {
  for (const char* url : {"127.0.0.1:8080", "https://127.0.0.1", "http://", "http://127.0.0.1:x"}) {
    EXPECT_FALSE(find_target(url)) << url;
  }
}

}  // namespace
}  // namespace cowrite::load
