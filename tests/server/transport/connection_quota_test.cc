#include "server/transport/connection_quota.h"

#include <gtest/gtest.h>

#include <vector>

namespace cowrite::transport {
namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

TEST(ConnectionQuota, AdmitsSoManyInTotal) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{2, 2});
  auto first = quota->admit();
  const auto second = quota->admit();
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(quota->admit());
  EXPECT_EQ(quota->refused().total, 1U);
  EXPECT_EQ(quota->refused().per_address, 0U);
  first.reset();
  EXPECT_TRUE(quota->admit());
}

TEST(ConnectionQuota, AdmitsSoManyFromOneAddress) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{100, 1});
  auto slot = quota->admit_from(address("10.0.0.1"));
  EXPECT_FALSE(quota->admit_from(address("10.0.0.1")));
  EXPECT_FALSE(quota->admit_from(address("::ffff:10.0.0.1"))) << "the same through an IPv6 socket";
  EXPECT_TRUE(quota->admit_from(address("10.0.0.2")));
  EXPECT_EQ(quota->refused().per_address, 2U);
  EXPECT_EQ(quota->refused().total, 0U);
  slot.reset();
  EXPECT_TRUE(quota->admit_from(address("10.0.0.1")));
}

TEST(ConnectionQuota, TakesAnIPv6NetworkForOneAddress) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{100, 1});
  const auto slot = quota->admit_from(address("2001:db8:1:2::3"));
  EXPECT_FALSE(quota->admit_from(address("2001:db8:1:2:ffff::1")));
  EXPECT_TRUE(quota->admit_from(address("2001:db8:1:3::3")));
}

TEST(ConnectionQuota, CountsLoopbackInTheTotalOnly) {
  const auto quota = std::make_shared<ConnectionQuota>(ConnectionLimits{3, 1});
  std::vector<ConnectionQuota::Slot> slots;
  for (const char* text : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) {
    slots.push_back(quota->admit_from(address(text)));
  }
  for (const auto& slot : slots) EXPECT_TRUE(slot);
}

}  // namespace
}  // namespace cowrite::transport
