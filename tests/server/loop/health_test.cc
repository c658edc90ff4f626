// What /healthz says, and the evidence that it speaks of.

#include "server/loop/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/limits.h"

namespace cowrite::server {
namespace {

using ::testing::ElementsAre;

HttpRequest get() { return {"GET", "/healthz", "", "", {}}; }

TEST(Health, IsOk) {
  const HttpResponse response = respond_health(get(), {});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok\n");
}

TEST(Health, SaysThatTheDiskIsLow) {
  const HttpResponse response = respond_health(
      get(), {.waits_for_disk = true, .disk_free_bytes = 5, .disk_reserve_bytes = 64});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            "The disk has 5 bytes free, and the reserve is 64: what is typed waits until there is "
            "room, and reading goes on.\n");
}

TEST(Health, SaysWhatClientsHaveShownToBeMissing) {
  const HttpResponse response =
      respond_health(get(), {.evidence = {.requests = 3, .documents = 2}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "ok\nevidence of loss: 3 requests named versions that the log does not have, of 2 "
            "documents\n");
}

TEST(Health, CanOnlyBeRead) {
  HttpRequest request = get();
  request.method = "POST";
  EXPECT_EQ(respond_health(request, {}).status, 405);
  request.method = "HEAD";
  EXPECT_EQ(respond_health(request, {}).status, 200);
}

TEST(EvidenceOfLoss, IsCountedAndToldOnceOfEachDocument) {
  std::vector<std::string> told;
  EvidenceOfLoss evidence([&](const std::string& sentence) { told.push_back(sentence); });
  evidence.note({"docs", "a"}, 7, 5);
  evidence.note({"docs", "a"}, 8, 5);
  evidence.note({"docs", "b\n"}, 1, 0);
  EXPECT_EQ(evidence.count().requests, 3U);
  EXPECT_EQ(evidence.count().documents, 2U);
  EXPECT_THAT(told, ElementsAre("docs/a: a client has seen version 7 and the log ends at 5; was "
                                "the data folder replaced by an older one?",
                                "docs/b%0A: a client has seen version 1 and the log ends at 0; was "
                                "the data folder replaced by an older one?"));
}

TEST(EvidenceOfLoss, ThatClientsInventFillsNeitherMemoryNorTheDisk) {
  std::size_t told = 0;
  EvidenceOfLoss evidence([&](const std::string&) { ++told; });
  for (std::size_t i = 0; i < kEvidenceDocumentsMax + 10; ++i)
    evidence.note({"docs", std::to_string(i)}, 1, 0);
  EXPECT_EQ(told, kEvidenceDocumentsMax);
  EXPECT_EQ(evidence.count().documents, kEvidenceDocumentsMax);
  EXPECT_EQ(evidence.count().requests, kEvidenceDocumentsMax + 10);
}

}  // namespace
}  // namespace cowrite::server
