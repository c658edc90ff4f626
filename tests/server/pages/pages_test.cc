#include "server/pages/pages.h"

#include <gtest/gtest.h>

#include <set>

namespace cowrite::pages {

std::span<const EmbeddedFile> embedded_test_site();

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Pages pages(const std::vector<std::string>& embed_origins = {}) {
  return *Pages::make(embedded_test_site(), {embed_origins});
}

http::Response get(std::string path, Headers headers = {{"host", "localhost:8080"}},
                   const Pages& from = pages()) {
  return from.respond({"GET", std::move(path), "", "", std::move(headers)});
}

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

// One directive of the Content-Security-Policy: directive(response, "script-src") is "'self'".
std::string directive(const http::Response& response, const std::string& name) {
  const std::string policy = "; " + header(response, "Content-Security-Policy") + ";";
  const std::size_t begin = policy.find("; " + name + " ");
  if (begin == policy.npos) return {};
  const std::size_t value = begin + name.size() + 3;
  return policy.substr(value, policy.find(';', value) - value);
}

TEST(Pages, ServesTheStartPageAndTheEditor) {
  EXPECT_NE(get("/").body.find("<title>Start</title>"), std::string::npos);
  for (const char* path :
       {"/d/notes", "/d/my%20notes", "/d/%C3%A4", "/d/%3Cscript%3E", "/embed/notes"}) {
    const http::Response response = get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_NE(response.body.find("<title>Editor</title>"), std::string::npos) << path;
    EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(response, "Set-Cookie"), "");
  }
}

TEST(Pages, ServesTheStatusPageWhichNobodyMayFrame) {
  const Pages embedding = pages({"https://wiki.example.org"});
  const http::Response response = get("/status", {{"host", "localhost"}}, embedding);
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("<title>Status</title>"), std::string::npos);
  EXPECT_EQ(response.body.find("__CSP_NONCE__"), std::string::npos);
  EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
  EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(directive(response, "frame-ancestors"), "'none'");
  EXPECT_EQ(directive(response, "script-src"), "'self'");
  EXPECT_EQ(directive(response, "form-action"), "'none'");
}

TEST(Pages, TheStatusPageIsNoDocumentAndHidesNone) {
  for (const char* path : {"/d/status", "/embed/status"}) {
    EXPECT_NE(get(path).body.find("<title>Editor</title>"), std::string::npos) << path;
  }
  for (const char* path : {"/status/", "/status/x", "/status.html", "/Status", "/statuses"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST(Pages, EachResponseHasANonceOfItsOwnInPageAndPolicy) {
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) {
    const http::Response response = get("/");
    EXPECT_EQ(response.body.find("__CSP_NONCE__"), std::string::npos);
    const std::size_t begin = response.body.find("nonce=\"") + 7;
    const std::string nonce = response.body.substr(begin, response.body.find('"', begin) - begin);
    EXPECT_EQ(nonce.size(), 32U);
    EXPECT_NE(response.body.find("<style nonce=\"" + nonce + "\">"), std::string::npos)
        << "every place is filled";
    EXPECT_EQ(directive(response, "style-src"), "'self' 'nonce-" + nonce + "'");
    nonces.insert(nonce);
  }
  EXPECT_EQ(nonces.size(), 100U);
}

TEST(Pages, PolicyAllowsOurOwnFilesOnly) {
  const http::Response response = get("/d/notes");
  EXPECT_EQ(directive(response, "default-src"), "'none'");
  EXPECT_EQ(directive(response, "script-src"), "'self'");
  EXPECT_EQ(directive(response, "img-src"), "'self' data:");
  EXPECT_EQ(directive(response, "font-src"), "'self'");
  EXPECT_EQ(directive(response, "connect-src"), "'self' ws://localhost:8080 wss://localhost:8080");
  EXPECT_EQ(directive(response, "base-uri"), "'none'");
  EXPECT_EQ(directive(response, "form-action"), "'none'");
}

TEST(Pages, NothingOfTheHostHeaderReachesThePolicyButAHost) {
  EXPECT_EQ(directive(get("/", {{"host", "Example.org."}}), "connect-src"),
            "'self' ws://example.org wss://example.org");
  for (const char* host : {"", "evil; script-src *", "a b", "evil.example'", "[::1]:8080", "a,b"}) {
    const http::Response response = get("/", {{"host", host}});
    EXPECT_EQ(directive(response, "connect-src"), "'self'") << host;
    EXPECT_EQ(directive(response, "script-src"), "'self'") << host;
  }
}

TEST(Pages, OnlyEmbeddingPagesMayBeFramedByThoseWhoAreNamed) {
  const Pages embedding = pages({"https://Wiki.example.org:443", "http://localhost:3000"});
  const Headers host = {{"host", "localhost"}};
  EXPECT_EQ(directive(get("/embed/notes", host, embedding), "frame-ancestors"),
            "'self' https://wiki.example.org http://localhost:3000");
  EXPECT_EQ(directive(get("/embed/notes"), "frame-ancestors"), "'self'");
  for (const char* path : {"/", "/d/notes", "/d/embed"}) {
    EXPECT_EQ(directive(get(path, host, embedding), "frame-ancestors"), "'none'") << path;
    EXPECT_EQ(header(get(path, host, embedding), "Cross-Origin-Opener-Policy"), "same-origin")
        << path;
  }
  EXPECT_EQ(header(get("/embed/notes"), "Cross-Origin-Opener-Policy"), "");
}

TEST(Pages, RefuseEmbeddingByEverybodyAndByWhatIsNoOrigin) {
  for (const char* origin : {"*", "", "null", "example.org", "https://*.example.org", "https://a/b",
                             "https://a; script-src *", "http://[::1]"}) {
    const auto result = Pages::make(embedded_test_site(), {{"https://fine.example", origin}});
    ASSERT_FALSE(result) << origin;
    EXPECT_EQ(result.error().code, kErrEmbedOrigin);
    EXPECT_NE(result.error().message.find("\"" + std::string(origin) + "\""), std::string::npos);
  }
}

TEST(Pages, RefuseNamesThatNoDocumentCanHave) {
  EXPECT_EQ(get("/d/" + std::string(256, 'a')).status, 200);
  EXPECT_EQ(get("/d/" + std::string(257, 'a')).status, 400);
  EXPECT_EQ(get("/d/a%2Fb").status, 400);
  EXPECT_EQ(get("/d/%00").status, 400);
  EXPECT_EQ(get("/d/constructor").status, 400) << "a property of every JavaScript object";
  EXPECT_EQ(get("/d/%2E").status, 400);
  EXPECT_EQ(get("/d/..").status, 400);
  EXPECT_EQ(get("/d/...").status, 200);
  EXPECT_EQ(get("/d/a%00").status, 400);
  EXPECT_EQ(get("/d/a%C2%85").status, 400);
  EXPECT_EQ(get("/d/%C2%A0").status, 200);
  EXPECT_EQ(get("/d/%FF").status, 400);
  EXPECT_EQ(get("/d/%ED%A0%80").status, 400) << "a surrogate";
  EXPECT_EQ(get("/d/%zz").status, 400);
  EXPECT_EQ(get("/d/%4").status, 400);
  EXPECT_EQ(get("/d/").status, 404);
  EXPECT_EQ(get("/d").status, 404);
  EXPECT_EQ(get("/d/a/b").status, 404);
  EXPECT_EQ(get("/embed/").status, 404);
  EXPECT_EQ(get("/d/a%2Fb").body, "A document's name may not contain \"/\".\n");
}

TEST(Pages, ServeAssetsForever) {
  const http::Response response = get("/assets/editor-1a2b3c.js");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.starts_with("// Long enough"));
  EXPECT_EQ(header(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(get("/favicon.svg"), "Cache-Control"), "public, max-age=3600");
}

TEST(Pages, CompressForWhoTakesItWhereItPays) {
  const auto encoding = [](const char* path, const char* accepted) {
    return header(get(path, {{"host", "localhost"}, {"accept-encoding", accepted}}),
                  "Content-Encoding");
  };
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", "gzip"), "gzip");
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", "br, gzip;q=0.5, *"), "gzip");
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", ""), "");
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", "br"), "");
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", "gzip;q=0"), "");
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", "gzip; q=0.000"), "");
  EXPECT_EQ(encoding("/assets/editor-1a2b3c.js", ",,;"), "");
  EXPECT_EQ(encoding("/assets/tiny-4d5e6f.css", "gzip"), "") << "4 bytes do not become fewer";
  const http::Response response =
      get("/assets/editor-1a2b3c.js", {{"host", "localhost"}, {"accept-encoding", "gzip"}});
  EXPECT_EQ(response.body.substr(0, 2), "\x1F\x8B");
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
}

TEST(Pages, NothingElseIsThere) {
  for (const char* path :
       {"/index.html", "/editor.html", "/assets/", "/assets/../index.html",
        "/assets/%2e%2e/index.html", "/../../etc/passwd", "/assets/../../../../etc/passwd",
        "//etc/passwd", "/assets/editor-1a2b3c.js/", "/ASSETS/editor-1a2b3c.js", "/favicon.svg%00",
        "/.git/config", "/api", ""}) {
    EXPECT_EQ(get(path).status, 404) << path;
    EXPECT_EQ(header(get(path), "Cache-Control"), "no-store") << path;
  }
}

TEST(Pages, CanOnlyBeRead) {
  const Pages from = pages();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "TRACE"}) {
    const http::Response response = from.respond({method, "/", "", "", {{"host", "localhost"}}});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header(response, "Allow"), "GET, HEAD") << method;
  }
  EXPECT_EQ(from.respond({"HEAD", "/", "", "", {{"host", "localhost"}}}).status, 200);
}

TEST(Pages, WithoutABuiltPageOneSentenceSaysHowToGetIt) {
  const Pages empty = *Pages::make({}, {});
  for (const char* path : {"/", "/d/notes", "/embed/notes", "/status"}) {
    const http::Response response = get(path, {{"host", "localhost"}}, empty);
    EXPECT_EQ(response.status, 503) << path;
    EXPECT_NE(response.body.find("tools/build"), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace cowrite::pages
