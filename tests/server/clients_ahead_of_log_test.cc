#include "server/clients_ahead_of_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/limits.h"

namespace cowrite::server {
namespace {

using ::testing::ElementsAre;

TEST(ClientsAheadOfLog, IsCountedAndToldOnceOfEachDocument) {
  std::vector<std::string> told;
  ClientsAheadOfLog clients([&](const std::string& sentence) { told.push_back(sentence); });
  clients.note({"docs", "a"}, 7, 5);
  clients.note({"docs", "a"}, 8, 5);
  clients.note({"docs", "b\n"}, 1, 0);
  EXPECT_EQ(clients.count().requests, 3U);
  EXPECT_EQ(clients.count().documents, 2U);
  EXPECT_THAT(told,
              ElementsAre("docs/a: a client has seen version 7 and the log ends at 5; was "
                          "the data folder replaced by an older one?",
                          "docs/b\\x0a: a client has seen version 1 and the log ends at 0; was "
                          "the data folder replaced by an older one?"));
}

TEST(ClientsAheadOfLog, ThatClientsInventFillsNeitherMemoryNorTheDisk) {
  std::size_t told = 0;
  ClientsAheadOfLog clients([&](const std::string&) { ++told; });
  for (std::size_t i = 0; i < kDocumentsAheadMax + 10; ++i) {
    clients.note({"docs", std::to_string(i)}, 1, 0);
  }
  EXPECT_EQ(told, kDocumentsAheadMax);
  EXPECT_EQ(clients.count().documents, kDocumentsAheadMax);
  EXPECT_EQ(clients.count().requests, kDocumentsAheadMax + 10);
}

}  // namespace
}  // namespace cowrite::server
