#include "server/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "server/limits.h"

namespace cowrite::server {
namespace {

TEST(Descriptors, AreEnoughForAllConnectionsWhereTheLimitIsHigh) {
  const Result<Descriptors> shares = share_descriptors(1'000'000, 64);
  ASSERT_TRUE(shares);
  EXPECT_EQ(shares->store_files, kStoreTablesMax);
  EXPECT_EQ(shares->connections, transport::kConnectionsMax);
}

TEST(Descriptors, OfTheStoreAndOfConnectionsNeverExceedTheLimit) {
  for (const std::uint64_t limit : {400U, 512U, 1'024U, 4'096U, 20'000U, 65'536U}) {
    const Result<Descriptors> shares = share_descriptors(limit, 2);
    ASSERT_TRUE(shares) << limit;
    EXPECT_GE(shares->store_files, kStoreTablesMin);
    EXPECT_GE(shares->connections, kConnectionsMin);
    EXPECT_LE(shares->store_files + kStoreOtherFiles + shares->connections, limit - kOtherFiles);
  }
}

TEST(Descriptors, ThatAreTooFewAreAnErrorWithBothNumbers) {
  const Result<Descriptors> shares = share_descriptors(200, 1);
  ASSERT_FALSE(shares);
  EXPECT_EQ(shares.error().code, kErrDescriptors);
  EXPECT_NE(shares.error().message.find(" 200 open files"), std::string::npos);
  EXPECT_NE(shares.error().message.find("ulimit -n"), std::string::npos);
}

TEST(Descriptors, AreRaisedToWhatTheSystemAllows) {
  struct rlimit limit {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  struct rlimit low = limit;
  low.rlim_cur = std::min<rlim_t>(limit.rlim_max, 100);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), limit.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

}  // namespace
}  // namespace cowrite::server
