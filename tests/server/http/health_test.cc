#include "server/http/health.h"

#include <gtest/gtest.h>

namespace cowrite::http {
namespace {

Request get() { return {"GET", "/healthz", "", "", {}}; }

TEST(Health, IsOk) {
  const Response response = respond_health(get(), {});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok\n");
}

TEST(Health, SaysThatTheDiskIsLow) {
  const Response response = respond_health(
      get(), {.waits_for_disk = true, .disk_free_bytes = 5, .disk_reserve_bytes = 64});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            "The disk has 5 bytes free, and the reserve is 64: what is typed waits until there is "
            "room, and reading goes on.\n");
}

TEST(Health, SaysWhatClientsHaveShownToBeMissing) {
  const Response response = respond_health(get(), {.requests_ahead = 3, .documents_ahead = 2});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      "ok\nclients ahead of the log: 3 requests named versions that the log does not have, of 2 "
      "documents\n");
}

TEST(Health, CanOnlyBeRead) {
  Request request = get();
  request.method = "POST";
  EXPECT_EQ(respond_health(request, {}).status, 405);
  request.method = "HEAD";
  EXPECT_EQ(respond_health(request, {}).status, 200);
}

}  // namespace
}  // namespace cowrite::http
