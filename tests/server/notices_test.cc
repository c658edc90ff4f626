#include "server/notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/limits.h"

namespace cowrite::server {
namespace {

using ::testing::ElementsAre;

TEST(Notices, EachIsToldOnce) {
  std::vector<std::string> told;
  Notices notices([&](const std::string& sentence) { told.push_back(sentence); });
  for (const char* sentence : {"one", "two", "one"}) notices.tell(sentence);
  EXPECT_THAT(told, ElementsAre("one", "two"));
}

TEST(Notices, ThatClientsInventFillNeitherMemoryNorTheDisk) {
  std::vector<std::string> told;
  Notices notices([&](const std::string& sentence) { told.push_back(sentence); });
  for (std::size_t i = 0; i < 2 * kNoticesMax; ++i) notices.tell(std::to_string(i));
  EXPECT_EQ(told.size(), kNoticesMax + 1) << "and that there are no more";
}

}  // namespace
}  // namespace cowrite::server
