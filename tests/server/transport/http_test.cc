// HTTP as proper and as hostile clients speak it.
#include <thread>

#include "server/http/errors.h"
#include "server/http/limits.h"
#include "tests/server/transport/test_server.h"

namespace cowrite::transport {
namespace {

using std::chrono::milliseconds;

class Http : public TestServer {
 protected:
  std::string get(const std::string& target, const std::string& headers = "") {
    return request("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  }
  static std::string status(const std::string& response) {
    return response.substr(0, response.find("\r\n"));
  }
  static std::string body(const std::string& response) {
    return response.substr(response.find("\r\n\r\n") + 4);
  }
};

TEST_F(Http, RequestsArriveInPartsAndAreAnsweredWhole) {
  http::Request seen;
  http_ = [&](const http::Request& request, const http::Respond& respond) {
    seen = request;
    respond({201, "made", {{"Content-Type", "text/plain"}, {"X-Test", "1"}}});
  };
  const std::string response = request(
      "POST /api/docs/a%20b?x=1&y=?2 HTTP/1.1\r\nHost: localhost:8080\r\nX-Mixed-CASE:  a b "
      "\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/api/docs/a%20b");
  EXPECT_EQ(seen.query, "x=1&y=?2");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.header("host"), "localhost:8080");
  EXPECT_EQ(seen.header("x-mixed-case"), "a b");
  EXPECT_EQ(seen.header("absent"), "");
  EXPECT_EQ(status(response), "HTTP/1.1 201 Created");
  EXPECT_NE(response.find("\r\nContent-Type: text/plain\r\n"), std::string::npos) << response;
  EXPECT_NE(response.find("\r\nX-Test: 1\r\n"), std::string::npos);
  EXPECT_NE(response.find("\r\nContent-Length: 4\r\n"), std::string::npos);
  EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(body(response), "made");
}

TEST_F(Http, AnEmptyBodyHasALength) {
  http_ = [](const http::Request&, const http::Respond& respond) { respond({200, "", {}}); };
  EXPECT_NE(get("/").find("\r\nContent-Length: 0\r\n"), std::string::npos);
}

TEST_F(Http, HeadIsAnsweredWithTheLengthOfTheBodyThatItLeavesOut) {
  http_ = [](const http::Request&, const http::Respond& respond) { respond({200, "12345", {}}); };
  const std::string response = request("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(response.find("\r\nContent-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(body(response), "");
}

TEST_F(Http, LargeResponsesArriveWhole) {
  const std::string large(20'000'000, 'x');
  http_ = [&](const http::Request&, const http::Respond& respond) { respond({200, large, {}}); };
  EXPECT_EQ(body(get("/")).size(), large.size());
}

TEST_F(Http, IsRefusedWhereTheOwnerRefuses) {
  refuse_ = [](const http::Request& request) -> std::optional<Error> {
    return Error{http::kErrHostForeign, "Not " + request.path};
  };
  http_ = [](const http::Request&, const http::Respond&) { ADD_FAILURE(); };
  EXPECT_EQ(body(get("/secret")), "Not /secret\n");
}

TEST_F(Http, RefusalsOfTheApiAreItsErrors) {
  const auto error = [](const std::string& code, const std::string& message) {
    return R"({"error":{"code":")" + code + R"(","message":")" + message + "\"}}";
  };
  refuse_ = [](const http::Request&) -> std::optional<Error> {
    return Error{http::kErrOriginForeign, "no"};
  };
  EXPECT_EQ(body(get("/api/documents")), error("ERR_ORIGIN_FOREIGN", "no"));
  EXPECT_EQ(status(get("/api/documents")), "HTTP/1.1 403 Forbidden");
  const std::string chunked = get("/api/documents", "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(status(chunked), "HTTP/1.1 411 Length Required");
  EXPECT_NE(body(chunked).find(R"("code":"ERR_LENGTH_REQUIRED")"), std::string::npos);
  EXPECT_NE(body(get("/api/documents", "Content-Length: x\r\n")).find("ERR_REQUEST_MALFORMED"),
            std::string::npos);
}

TEST_F(Http, ATargetWithAHostTakesThePlaceOfTheHost) {
  http_ = [](const http::Request& request, const http::Respond& respond) {
    respond({200, std::string(request.header("host")) + " " + request.path + " " + request.query});
  };
  EXPECT_EQ(body(get("http://example.org:80/healthz?x=1")), "example.org:80 /healthz x=1");
  EXPECT_EQ(body(get("HTTPS://[::1]/a://b")), "[::1] /a://b ");
  EXPECT_EQ(body(get("http://example.org")), "example.org / ");
  EXPECT_EQ(body(get("http://example.org?x")), "example.org / x");
  EXPECT_EQ(body(get("/path?to=http://example.org/")), "localhost /path to=http://example.org/");
}

TEST_F(Http, EverythingIsBelowTheBasePath) {
  base_path_ = "/pad";
  refuse_ = [](const http::Request& request) -> std::optional<Error> {
    if (request.path != "/secret") return std::nullopt;
    return Error{http::kErrHostForeign, "Not " + request.path};
  };
  EXPECT_EQ(body(get("/pad/d/notes?x=1")), "GET /d/notes x=1 ");
  EXPECT_EQ(body(get("/pad/")), "GET /  ");
  EXPECT_EQ(body(get("/pad/secret")), "Not /secret\n");
  EXPECT_EQ(body(request("POST /pad/api/x HTTP/1.1\r\nHost: localhost\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n"))
                .substr(0, 9),
            R"({"error":)");
  const std::string bare = get("/pad");
  EXPECT_EQ(status(bare), "HTTP/1.1 301 Moved Permanently");
  EXPECT_NE(bare.find("\r\nLocation: /pad/\r\n"), std::string::npos);
  for (const char* path : {"/", "/d/notes", "/padding/", "/PAD/", "/%70ad/"}) {
    EXPECT_EQ(status(get(path)), "HTTP/1.1 404 Not Found") << path;
  }
  EXPECT_EQ(status(request(handshake("/ws"))), "HTTP/1.1 404 Not Found");
  const auto client = connect();
  client->send(handshake("/pad/ws"));
  EXPECT_TRUE(run_until([&] { return client->received().starts_with("HTTP/1.1 101 "); }));
}

TEST_F(Http, ABodyIsInvitedWhereTheClientWaitsForThat) {
  const auto client = connect();
  const auto head = [](const std::string& version, const std::string& expect) {
    return "POST /x HTTP/" + version + "\r\nHost: localhost\r\nContent-Length: 5\r\n" + expect +
           "\r\n";
  };
  client->send(head("1.1", "Expect: 100-Continue\r\n"));
  ASSERT_TRUE(run_until([&] { return client->received() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  client->send(std::string("hel"));
  client->send(std::string("lo"));
  ASSERT_TRUE(run_until([&] { return client->ended(); }));
  EXPECT_TRUE(client->received().starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(client->received().ends_with("POST /x  hello"));

  EXPECT_TRUE(request(head("1.1", "") + "hello").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(request(head("1.0", "Expect: 100-continue\r\n") + "hello").find("100 Continue") ==
              std::string::npos);
  EXPECT_TRUE(request(head("1.1", "Expect: 100-continue\r\n") + "hello").find("100 Continue") ==
              std::string::npos)
      << "the body was there already";
}

TEST_F(Http, ThePlaceOfWebSocketsAsksForAnUpgrade) {
  EXPECT_EQ(status(get("/ws")), "HTTP/1.1 426 Upgrade Required");
  EXPECT_EQ(status(get("/ws", "Upgrade: h2c\r\nConnection: Upgrade\r\n")),
            "HTTP/1.1 426 Upgrade Required");
}

TEST_F(Http, BodiesWithoutAProperLengthAreRefused) {
  http_ = [](const http::Request&, const http::Respond&) { ADD_FAILURE(); };
  const auto post = [&](const std::string& headers, const std::string& body) {
    return status(request("POST / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body));
  };
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            "HTTP/1.1 411 Length Required");
  EXPECT_EQ(post("Transfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n", "abc"),
            "HTTP/1.1 411 Length Required");
  EXPECT_EQ(post("Content-Length: abc\r\n", ""), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(post("Content-Length: 3x\r\n", "abc"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), "HTTP/1.1 400 Bad Request");
}

TEST_F(Http, ABodyHasAMaximum) {
  http_ = [](const http::Request& request, const http::Respond& respond) {
    respond({200, std::to_string(request.body.size()), {}});
  };
  const auto post = [&](std::size_t size) {
    return request("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) +
                   "\r\n\r\n" + std::string(size, 'x'));
  };
  EXPECT_EQ(body(post(http::kBodyBytesMax)), std::to_string(http::kBodyBytesMax));
  EXPECT_TRUE(status(post(http::kBodyBytesMax + 1)).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(
      status(
          request(
              "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n"))
          .starts_with("HTTP/1.1 413 "));
}

TEST_F(Http, ABodyThatNobodyTakesIsNotReadAndTheRequestIsAnsweredWithoutIt) {
  base_path_ = "/pad";
  takes_body_ = [](const http::Request& request) { return request.path == "/taken"; };
  const auto answer = [&](const std::string& line, const std::string& headers) {
    const auto client = connect();
    client->send(line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n" + headers +
                 "\r\n");
    EXPECT_TRUE(run_until([&] { return client->ended(); }));
    return client->received();
  };
  EXPECT_EQ(body(answer("POST /pad/other", "")), "POST /other  ");
  EXPECT_EQ(body(answer("POST /pad/other", "Expect: 100-continue\r\n")), "POST /other  ");
  const std::string reading = answer("GET /pad/api/documents", "");
  EXPECT_EQ(status(reading), "HTTP/1.1 413 Request Entity Too Large");
  EXPECT_NE(reading.find("ERR_BODY_TOO_LARGE"), std::string::npos);
  EXPECT_EQ(status(answer("POST /elsewhere", "")), "HTTP/1.1 404 Not Found");
  const std::string upgrade = handshake("/pad/ws");
  EXPECT_EQ(status(request(upgrade.substr(0, upgrade.size() - 2) + "Content-Length: 5\r\n\r\n")),
            "HTTP/1.1 413 Request Entity Too Large");
  EXPECT_EQ(body(request("POST /pad/taken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"
                         "hello")),
            "POST /taken  hello");
}

TEST_F(Http, BodiesThatAreNotWholeWaitForRoom) {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
      "Content-Length: " +
      std::to_string(http::kBodyBytesMax) + "\r\n\r\n";
  const auto holder = connect();
  holder->send(head);
  ASSERT_TRUE(run_until([&] { return holder->received() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  const auto waiter = connect();
  waiter->send(head);
  context_.restart();
  context_.run_for(milliseconds(20));
  EXPECT_EQ(waiter->received(), "");
  holder->send(std::string(http::kBodyBytesMax, 'x'));
  ASSERT_TRUE(run_until([&] { return waiter->received() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
}

TEST_F(Http, OnlyTheVersionsOneAreSpoken) {
  http_ = [](const http::Request&, const http::Respond& respond) { respond({200, "", {}}); };
  const auto answer = [&](const std::string& version) {
    return status(request("GET / " + version + "\r\nHost: localhost\r\n\r\n"));
  };
  EXPECT_EQ(answer("HTTP/1.0"), "HTTP/1.1 200 OK");
  EXPECT_EQ(answer("HTTP/1.1"), "HTTP/1.1 200 OK");
  for (const char* version : {"HTTP/9.9", "HTTP/2.0", "HTTP/1.10", "HTTP/"}) {
    EXPECT_TRUE(answer(version).starts_with("HTTP/1.1 505 ")) << version;
  }
  EXPECT_EQ(answer("http/1.1"), "HTTP/1.1 400 Bad Request");
}

TEST_F(Http, WhatIsNoRequestIsToldSoInWordsAndCounted) {
  EXPECT_EQ(body(request("hello\r\n\r\n")), "This is no request of HTTP/1.1.\n");
  EXPECT_EQ(body(get("/" + std::string(100'000, 'y'))),
            "The head of a request may have 16,000 bytes.\n");
  EXPECT_NE(body(request("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n"))
                .find("ERR_BODY_TOO_LARGE"),
            std::string::npos);
  EXPECT_EQ(body(request("GET / HTTP/1.1\r\nHost: a:b:c\r\n\r\n")),
            "The request's target and Host make no address.\n");
  EXPECT_EQ(server_->counts().responses[4].value(), 4U);
}

TEST_F(Http, AFloodOfHeadersIsRefused) {
  http_ = [](const http::Request&, const http::Respond&) { ADD_FAILURE(); };
  std::string headers;
  for (int i = 0; i < 100'000; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_TRUE(status(get("/", headers)).starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(
      status(get("/", "X: " + std::string(1'000'000, 'y') + "\r\n")).starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(status(get("/" + std::string(1'000'000, 'y'))).starts_with("HTTP/1.1 431 "));
}

TEST_F(Http, GarbageIsRefusedAndOthersGoOn) {
  const auto web_socket = open();
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03\r\n\r\n", 15),
        std::string("hello\r\n\r\n"), std::string("GET /\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"),
        std::string("G\"T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        std::string("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")}) {
    EXPECT_TRUE(status(request(garbage)).starts_with("HTTP/1.1 400 "))
        << testing::PrintToString(garbage);
  }
  web_socket->send_text("unharmed");
  EXPECT_TRUE(run_until([&] { return records_.back()->messages.size() == 1; }));
}

TEST_F(Http, ARequestThatDoesNotArriveInTimeIsDropped) {
  timing_.request = milliseconds(50);
  for (const char* part : {"", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"}) {
    const auto client = connect();
    const auto begun = std::chrono::steady_clock::now();
    client->send(part);
    EXPECT_TRUE(run_until([&] { return client->ended(); })) << part;
    EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(45));
    EXPECT_EQ(client->received(), "");
  }
}

TEST_F(Http, SendingByteByByteDoesNotGainTime) {
  timing_.request = milliseconds(100);
  const auto client = connect();
  client->send("GET / HTTP/1.1\r\nX: ");
  EXPECT_TRUE(repeat_until([&] { client->send("y"); }, [&] { return client->ended(); }));
}

TEST_F(Http, MayBeAnsweredLaterFromAnotherThread) {
  std::thread thread;
  http_ = [&](const http::Request&, http::Respond respond) {
    thread = std::thread([respond = std::move(respond)] { respond({200, "later", {}}); });
  };
  EXPECT_EQ(body(get("/")), "later");
  thread.join();
}

TEST_F(Http, TheFirstAnswerCounts) {
  http_ = [](const http::Request&, const http::Respond& respond) {
    respond({200, "first", {}});
    respond({500, "second", {}});
  };
  EXPECT_EQ(body(get("/")), "first");
}

TEST_F(Http, AnAnswerForAClientThatVanishedIsForgotten) {
  http::Respond respond;
  http_ = [&](const http::Request&, http::Respond given) { respond = std::move(given); };
  auto client = connect();
  client->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return respond != nullptr; }));
  client->reset();
  respond({200, std::string(1'000'000, 'x'), {}});
  EXPECT_EQ(body(request("GET / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .substr(0, 9),
            "A request")
      << "serves on";
  server_->stop_accepting();
  EXPECT_TRUE(run_out()) << "and nothing of it is left";
}

TEST_F(Http, ARequestThatIsNeverAnsweredIsAnsweredInTheEnd) {
  timing_.response = milliseconds(30);
  timing_.sweep = milliseconds(2);
  http::Respond respond;
  http_ = [&](const http::Request&, http::Respond given) { respond = std::move(given); };
  EXPECT_EQ(status(get("/")), "HTTP/1.1 503 Service Unavailable");
  respond({200, "too late", {}});
  context_.poll();
}

TEST_F(Http, AnAnswerAfterTheServersEndIsForgotten) {
  http::Respond respond;
  http_ = [&](const http::Request&, http::Respond given) { respond = std::move(given); };
  const auto client = connect();
  client->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return respond != nullptr; }));
  server_.reset();
  respond({200, "nobody", {}});
  EXPECT_TRUE(run_until([&] { return client->ended(); }));
  EXPECT_EQ(client->received(), "");
}

TEST_F(Http, AHandlerThatThrowsLosesThatConnectionOnly) {
  http_ = [](const http::Request& request, const http::Respond& respond) {
    if (request.path == "/boom") throw std::bad_alloc();
    respond({200, "fine", {}});
  };
  const auto client = connect();
  client->send("GET /boom HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(run_until([&] { return client->ended(); }));
  EXPECT_EQ(body(get("/")), "fine");
}

TEST_F(Http, ADownloadGoesOnWhileTheClientReads) {
  timing_.request = milliseconds(20);
  timing_.ping_timeout = milliseconds(1'000);  // No machine takes as long a nap between two reads.
  timing_.sweep = milliseconds(2);
  const std::string large(12'000'000, 'x');
  http_ = [&](const http::Request&, const http::Respond& respond) { respond({200, large, {}}); };
  const auto client = connect();
  client->stop_reading();
  client->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(repeat_until([&] { client->read_some(8'000); }, [&] { return client->ended(); }));
  EXPECT_EQ(body(client->received()).size(), large.size());
  EXPECT_GT(std::chrono::steady_clock::now() - begun, timing_.ping_timeout)
      << "else nothing was tested";
}

TEST_F(Http, ADownloadThatTricklesIsDropped) {
  timing_.sweep = milliseconds(2);
  timing_.output = milliseconds(200);
  http_ = [](const http::Request&, const http::Respond& respond) {
    respond({200, std::string(16'000'000, 'x'), {}});
  };
  start(ConnectionLimits{1, 1});
  const auto client = connect();
  client->stop_reading();
  client->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return server_->counts().bytes_sent.value() > 0; }));
  EXPECT_TRUE(
      repeat_until([&] { client->read_some(1); }, [&] { return quota_->admit() != nullptr; }))
      << "its place is not free again";
}

TEST_F(Http, ADownloadThatIsNotReadIsDropped) {
  timing_.ping_timeout = milliseconds(40);
  timing_.sweep = milliseconds(2);
  http_ = [](const http::Request&, const http::Respond& respond) {
    respond({200, std::string(32'000'000, 'x'), {}});
  };
  start(ConnectionLimits{1, 1});
  const auto client = connect();
  client->stop_reading();
  client->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(run_until([&] { return quota_->admit() != nullptr; }))
      << "its place is not free again";
}

}  // namespace
}  // namespace cowrite::transport
