#include "server/transport/connection_quota.h"

#include <gtest/gtest.h>

#include <vector>

namespace cowrite::transport {
namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

TEST(ConnectionQuota, AdmitsSoManyInTotal) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{2, 2});
  auto first = quota->admit(address("10.0.0.1"));
  const auto second = quota->admit(address("10.0.0.2"));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(quota->admit(address("10.0.0.3")));
  EXPECT_FALSE(quota->admit(address("127.0.0.1")));
  EXPECT_EQ(quota->refused().total, 2U);
  EXPECT_EQ(quota->refused().per_address, 0U);
  first.reset();
  EXPECT_TRUE(quota->admit(address("10.0.0.3")));
}

TEST(ConnectionQuota, AdmitsSoManyFromOneAddress) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{100, 1});
  auto slot = quota->admit(address("10.0.0.1"));
  EXPECT_FALSE(quota->admit(address("10.0.0.1")));
  EXPECT_FALSE(quota->admit(address("::ffff:10.0.0.1"))) << "the same through an IPv6 socket";
  EXPECT_TRUE(quota->admit(address("10.0.0.2")));
  EXPECT_EQ(quota->refused().per_address, 2U);
  EXPECT_EQ(quota->refused().total, 0U);
  slot.reset();
  EXPECT_TRUE(quota->admit(address("10.0.0.1")));
}

TEST(ConnectionQuota, TakesAnIPv6NetworkForOneAddress) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{100, 1});
  const auto slot = quota->admit(address("2001:db8:1:2::3"));
  EXPECT_FALSE(quota->admit(address("2001:db8:1:2:ffff::1")));
  EXPECT_TRUE(quota->admit(address("2001:db8:1:3::3")));
}

TEST(ConnectionQuota, CountsLoopbackInTheTotalOnly) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{3, 1});
  std::vector<ConnectionQuota::Slot> slots;
  for (const char* text : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) {
    slots.push_back(quota->admit(address(text)));
  }
  for (const auto& slot : slots) EXPECT_TRUE(slot);
  EXPECT_FALSE(quota->admit(address("127.0.0.1")));
}

}  // namespace
}  // namespace cowrite::transport
