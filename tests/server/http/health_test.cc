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

TEST(Health, IsNotWellWithAFailedLogAndNotReadyEither) {
  EXPECT_EQ(respond_health(get(), {.log_failed = true}).status, 503);
  EXPECT_EQ(respond_readiness(get(), {.log_failed = true}).status, 503);
}

TEST(Health, IsReadyWithALowDiskAndNotWhileItShutsDown) {
  EXPECT_EQ(respond_readiness(get(), {.waits_for_disk = true}).body, "ready\n");
  const Response stopping = respond_readiness(get(), {.stopping = true});
  EXPECT_EQ(stopping.status, 503);
  EXPECT_EQ(stopping.body, "The server is shutting down.\n");
  EXPECT_EQ(respond_health(get(), {.stopping = true}).status, 200);
}

TEST(Health, IsJsonForThoseWhoAcceptIt) {
  Request request = get();
  request.headers = {{"accept", "application/json, */*"}};
  const Response response = respond_health(
      request, {.waits_for_disk = true, .disk_free_bytes = 5, .disk_reserve_bytes = 64});
  EXPECT_EQ(response.status, 503);
  const Result<HealthReport> report = parse_health(response.body);
  ASSERT_TRUE(report) << response.body;
  EXPECT_TRUE(report->problem->starts_with("The disk has 5 bytes free"));
  EXPECT_EQ(report->disk_free_bytes, 5U);
  EXPECT_EQ(report->disk_reserve_bytes, 64U);
  EXPECT_EQ(respond_readiness(request, {}).body, R"({"ok":true,"disk":{"reserve":0}})");
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
