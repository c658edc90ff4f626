#include "server/access/access_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/http/errors.h"
#include "server/http/responses.h"

namespace cowrite::access {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Headers = std::vector<std::pair<std::string, std::string>>;

AccessPolicy policy(const std::vector<std::string>& hosts = {},
                    const std::vector<std::string>& origins = {}) {
  return *AccessPolicy::make(hosts, origins);
}

// The status of the refusal, or 200.
int status(const AccessPolicy& policy, Headers headers, std::string path = "/ws") {
  const http::Request request{"GET", std::move(path), "", "", std::move(headers)};
  const auto error = policy.refuse(request);
  return error ? http::refusal(request, *error).status : 200;
}

TEST(AccessPolicy, ServesAddressesAndLocalhostUnderAnyPort) {
  for (const char* host : {"localhost", "localhost:8080", "LOCALHOST.", "127.0.0.1:8080",
                           "192.168.1.20", "[::1]:8080", "[2001:db8::1]"}) {
    EXPECT_EQ(status(policy(), {{"host", host}}), 200) << host;
  }
}

TEST(AccessPolicy, ServesNamesThatItWasGiven) {
  const AccessPolicy given = policy({"Notes.example.org", "pad.local."});
  EXPECT_EQ(status(given, {{"host", "notes.example.org"}}), 200);
  EXPECT_EQ(status(given, {{"host", "NOTES.example.org.:443"}}), 200);
  EXPECT_EQ(status(given, {{"host", "pad.local:8080"}}), 200);
  EXPECT_EQ(status(given, {{"host", "example.org"}}), 403);
  EXPECT_EQ(status(given, {{"host", "evil.notes.example.org"}}), 403);
}

TEST(AccessPolicy, RefusesANameThatWasReboundToThisServer) {
  for (const char* path : {"/", "/ws", "/api/docs", "/d/notes", "/healthz"}) {
    EXPECT_EQ(status(policy(), {{"host", "evil.example:8080"}}, path), 403) << path;
    EXPECT_EQ(status(policy(),
                     {{"host", "evil.example:8080"}, {"origin", "http://evil.example:8080"}}, path),
              403)
        << path;
  }
  EXPECT_EQ(status(policy(), {{"host", "localhost.evil.example"}}), 403);
  EXPECT_EQ(status(policy(), {{"host", "127.0.0.1.evil.example"}}), 403);
}

TEST(AccessPolicy, RefusesAMissingOrSenselessHost) {
  EXPECT_EQ(status(policy(), {}), 400);
  EXPECT_EQ(status(policy(), {{"host", ""}}), 400);
  EXPECT_EQ(status(policy(), {{"host", "localhost, localhost"}}), 400) << "sent twice";
  EXPECT_EQ(status(policy(), {{"host", "localhost:8080/evil"}}), 400);
}

TEST(AccessPolicy, AnswersItsOwnPagesListedOriginsAndPrograms) {
  const AccessPolicy given = policy({}, {"https://wiki.example.org", "http://localhost:3000"});
  EXPECT_EQ(status(given, {{"host", "localhost:8080"}}), 200) << "not a browser";
  EXPECT_EQ(status(given, {{"host", "localhost:8080"}, {"origin", "http://localhost:8080"}}), 200);
  EXPECT_EQ(status(given, {{"host", "localhost:8080"}, {"origin", "https://wiki.example.org"}}),
            200);
  EXPECT_EQ(status(given, {{"host", "localhost:8080"},
                           {"origin", "https://wiki.example.org:443"},
                           {"sec-fetch-site", "cross-site"}}),
            200);
  EXPECT_EQ(status(given, {{"host", "localhost:8080"},
                           {"origin", "http://localhost:3000"},
                           {"sec-fetch-site", "same-site"}}),
            200);
}

TEST(AccessPolicy, RefusesForeignOrigins) {
  const AccessPolicy given = policy({}, {"https://wiki.example.org"});
  for (const char* origin :
       {"null", "https://evil.example", "http://wiki.example.org", "https://wiki.example.org:8443",
        "https://wiki.example.org.evil.example", "http://localhost:3000", "http://localhost",
        "garbage", "*", "https://wiki.example.org/",
        "https://wiki.example.org, https://evil.example"}) {
    for (const char* path : {"/ws", "/api/docs", "/%61pi/docs"}) {
      EXPECT_EQ(status(given, {{"host", "localhost:8080"}, {"origin", origin}}, path), 403)
          << origin << " " << path;
    }
  }
}

TEST(AccessPolicy, RefusesWhatForeignPagesFetchWithoutNamingTheirOrigin) {
  for (const char* site : {"cross-site", "same-site", "garbage"}) {
    EXPECT_EQ(
        status(
            policy(),
            {{"host", "localhost:8080"}, {"sec-fetch-site", site}, {"sec-fetch-mode", "no-cors"}},
            "/api/docs"),
        403)
        << site;
  }
  for (const char* site : {"same-origin", "none"}) {
    EXPECT_EQ(
        status(policy(),
               {{"host", "localhost:8080"}, {"sec-fetch-site", site}, {"sec-fetch-mode", "cors"}},
               "/api/docs"),
        200)
        << site;
  }
}

TEST(AccessPolicy, LetsForeignPagesLinkAndEmbed) {
  EXPECT_EQ(status(policy(),
                   {{"host", "localhost:8080"},
                    {"sec-fetch-site", "cross-site"},
                    {"sec-fetch-mode", "navigate"}},
                   "/d/notes"),
            200);
}

TEST(AccessPolicy, SaysWhatItRefusesAndWhichFlagAllowsIt) {
  const auto refusal = [](Headers headers) {
    return policy().refuse({"GET", "/", "", "", std::move(headers)});
  };
  const auto host = refusal({{"host", "Pad.example.org:8080"}});
  EXPECT_EQ(host->code, http::kErrHostForeign);
  EXPECT_THAT(host->message, HasSubstr("--hosts pad.example.org."));
  const auto page = refusal({{"host", "127.0.0.1:8080"}, {"origin", "https://pad.example.org"}});
  EXPECT_EQ(page->code, http::kErrOriginForeign);
  EXPECT_THAT(page->message, HasSubstr("--origins https://pad.example.org."));
  EXPECT_THAT(page->message, HasSubstr("asked for as 127.0.0.1:8080"));
  EXPECT_THAT(refusal({{"host", "127.0.0.1"}, {"origin", "\x1b[2J"}})->message,
              Not(HasSubstr("\x1b")));
}

TEST(AccessPolicy, SharesResponsesWithTheOriginsThatMayConnectAndNoOthers) {
  const auto shared = [](const AccessPolicy& given, std::string_view origin) {
    http::Response response;
    given.share(origin, response);
    return response.headers;
  };
  const AccessPolicy given = policy({}, {"https://wiki.example.org"});
  EXPECT_EQ(
      shared(given, "https://wiki.example.org"),
      (Headers{{"Vary", "Origin"},
               {"Access-Control-Allow-Origin", "https://wiki.example.org"},
               {"Access-Control-Expose-Headers", "Cowrite-Time, Cowrite-Version, Retry-After"}}));
  for (const char* origin : {"", "null", "https://evil.example", "http://wiki.example.org"}) {
    EXPECT_EQ(shared(given, origin), (Headers{{"Vary", "Origin"}})) << origin;
  }
  EXPECT_EQ(shared(policy(), "https://wiki.example.org"), Headers{});
}

TEST(AccessPolicy, RefusesFlagsThatNameNoHostOrOrigin) {
  for (const char* host : {"", "*", "example.org:8080", "https://example.org", "a b"}) {
    const auto result = AccessPolicy::make({"fine.example", host}, {});
    ASSERT_FALSE(result) << host;
    EXPECT_EQ(result.error().code, kErrHostName);
    EXPECT_NE(result.error().message.find("\"" + std::string(host) + "\""), std::string::npos);
  }
  for (const char* origin : {"", "*", "null", "example.org", "https://example.org/", "ftp://x",
                             "FILE://x", "ws://x", "wss://x"}) {
    const auto result = AccessPolicy::make({}, {"https://fine.example", origin});
    ASSERT_FALSE(result) << origin;
    EXPECT_EQ(result.error().code, kErrOrigin);
  }
}

}  // namespace
}  // namespace cowrite::access
