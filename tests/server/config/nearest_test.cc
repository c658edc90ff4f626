#include "server/config/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace cowrite::config {
namespace {

TEST(Nearest, IsTheNameThatWasMeant) {
  const std::vector<std::string_view> names{"loops", "hosts", "origins", "embed-origins",
                                            "log-level"};
  EXPECT_EQ(nearest("lopps", names), "loops");
  EXPECT_EQ(nearest("lops", names), "loops");
  EXPECT_EQ(nearest("looops", names), "loops");
  EXPECT_EQ(nearest("olops", names), "loops") << "two letters are exchanged";
  EXPECT_EQ(nearest("origin", names), "origins");
  EXPECT_EQ(nearest("log_level", names), "log-level");
  EXPECT_EQ(nearest("embedorigins", names), "embed-origins");
}

TEST(Nearest, IsNoneForAnotherWord) {
  const std::vector<std::string_view> names{"loops", "hosts"};
  EXPECT_EQ(nearest("threads", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest("l", names), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'l'), names), "");
}

}  // namespace
}  // namespace cowrite::config
