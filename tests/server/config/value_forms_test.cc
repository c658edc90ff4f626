#include "server/config/value_forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace cowrite::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValueForms, ASizeIsBytesOrHasAUnit) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("1023"), 1'023U);
  EXPECT_EQ(parse_size("1K"), 1'024U);
  EXPECT_EQ(parse_size("64M"), std::uint64_t{64} << 20);
  EXPECT_EQ(parse_size("2G"), std::uint64_t{2} << 30);
  EXPECT_EQ(parse_size("1T"), std::uint64_t{1} << 40);
  for (const char* wrong : {"", "M", "64m", "64MB", "64 M", "-1", "+1", "1.5M", "99999999T"}) {
    EXPECT_FALSE(parse_size(wrong)) << wrong;
  }
  EXPECT_EQ(parse_size(megabytes(std::uint64_t{64} << 20)), std::uint64_t{64} << 20);
}

TEST(ValueForms, AListHasNoEmptyElement) {
  EXPECT_THAT(*parse_list("a"), ElementsAre("a"));
  EXPECT_THAT(*parse_list("a,b"), ElementsAre("a", "b"));
  EXPECT_THAT(*parse_list(" a , b\t"), ElementsAre("a", "b"));
  EXPECT_THAT(*parse_list(""), IsEmpty());
  EXPECT_THAT(*parse_list("  "), IsEmpty());
  for (const char* wrong : {"a,,b", ",", "a,", ",a", "a, ,b"}) {
    EXPECT_FALSE(parse_list(wrong)) << wrong;
  }
}

TEST(ValueForms, AnAddressIsAHostWithAPort) {
  EXPECT_EQ(parse_host_port("127.0.0.1:8080")->port, 8'080);
  EXPECT_EQ(parse_host_port("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_host_port("localhost:1")->host, "localhost");
  for (const char* wrong : {"", "8080", ":8080", "a:", "a:b", "a:65536", "::1:8080", "[]:1"}) {
    EXPECT_FALSE(parse_host_port(wrong)) << wrong;
  }
}

TEST(ValueForms, ABasePathIsPlain) {
  EXPECT_EQ(parse_base_path("/"), "");
  EXPECT_EQ(parse_base_path("/team/pad/"), "/team/pad");
  for (const char* wrong : {"", "pad", "/a//b", "/../x", "/./x", "/a?b"}) {
    EXPECT_FALSE(parse_base_path(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace cowrite::config
