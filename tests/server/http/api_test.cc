#include "server/http/api.h"

#include <gtest/gtest.h>

#include "server/history/limits.h"
#include "server/http/limits.h"
#include "server/http/url.h"
#include "tests/server/http/api_fixture.h"

namespace cowrite::http {
namespace {

using nlohmann::json;

class ApiTest : public ApiFixture {
 protected:
  static std::vector<std::string> ids(const json& page) {
    std::vector<std::string> result;
    for (const json& document : page["documents"]) result.push_back(document["id"]);
    return result;
  }

  static std::vector<int> versions(const json& page) {
    std::vector<int> result;
    for (const json& record : page["records"]) result.push_back(record["version"]);
    return result;
  }
};

using Ids = std::vector<std::string>;

TEST_F(ApiTest, ListsTheDocumentsOfOneCollectionByName) {
  write("b").at("2026-11-20T06:11:00Z").create("two").at("2026-11-20T06:12:00Z").insert(0, "é");
  write("a").create("");
  write("a", "other").create("");
  const json page = get_json("/api/documents");
  EXPECT_EQ(ids(page), (Ids{"a", "b"}));
  EXPECT_FALSE(page.contains("next"));
  EXPECT_EQ(page["documents"][1],
            json::parse(R"({"collection":"docs","id":"b","version":2,"exists":true,"bytes":5,
      "created":"2026-11-20T06:11:00.000Z","changed":"2026-11-20T06:12:00.000Z"})"));
  EXPECT_EQ(ids(get_json("/api/documents", "collection=other")), (Ids{"a"}));
  EXPECT_EQ(ids(get_json("/api/documents", "collection=none")), Ids{});
}

TEST_F(ApiTest, ListsPageByPage) {
  for (const char* id : {"a", "b", "c", "d", "e"}) write(id).create("");
  EXPECT_EQ(ids(get_json("/api/documents", "limit=2")), (Ids{"a", "b"}));
  EXPECT_EQ(get_json("/api/documents", "limit=2")["next"], "b");
  EXPECT_EQ(ids(get_json("/api/documents", "limit=2&after=b")), (Ids{"c", "d"}));
  const json last = get_json("/api/documents", "limit=2&after=d");
  EXPECT_EQ(ids(last), (Ids{"e"}));
  EXPECT_FALSE(last.contains("next"));
  EXPECT_FALSE(get_json("/api/documents", "limit=5").contains("next"));
}

TEST_F(ApiTest, ListsWhatBeginsWithAPrefixAndThePrefixItself) {
  for (const char* id : {"a", "n", "no", "not", "nz", "o"}) write(id).create("");
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=n")), (Ids{"n", "no", "not", "nz"}));
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=n&limit=1")), (Ids{"n"}));
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=n&limit=2&after=n")), (Ids{"no", "not"}));
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=n&after=not")), (Ids{"nz"}));
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=n&after=a")), (Ids{"n", "no", "not", "nz"}));
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=n&after=o")), Ids{});
  EXPECT_EQ(ids(get_json("/api/documents", "prefix=x")), Ids{});
}

TEST_F(ApiTest, ADamagedDocumentIsNamedInTheListAndTheOthersStayInIt) {
  for (const char* id : {"a", "b", "b2", "c"}) write(id).create("text");
  write("x", "other").create("text");
  damage_name({"docs", "b"});
  const json page = get_json("/api/documents");
  EXPECT_EQ(ids(page), (Ids{"a", "b2", "c"}));
  ASSERT_EQ(page["damaged"].size(), 1U);
  EXPECT_EQ(page["damaged"][0]["id"], "b");
  EXPECT_EQ(page["damaged"][0]["error"]["code"], "ERR_STORAGE_DAMAGED");
  const json second = get_json("/api/documents", "limit=1&after=a");
  EXPECT_EQ(ids(second), Ids{});
  EXPECT_EQ(second["damaged"].size(), 1U);
  EXPECT_EQ(second["next"], "b");
  EXPECT_EQ(ids(get_json("/api/documents", "limit=1&after=b")), (Ids{"b2"}));
  EXPECT_EQ(get_json("/api/documents", "prefix=b")["damaged"].size(), 1U);
  EXPECT_FALSE(get_json("/api/documents", "prefix=c").contains("damaged"));
}

TEST_F(ApiTest, ADeletedDocumentStaysInTheList) {
  write("gone").create("text").remove();
  const json document = get_json("/api/documents")["documents"][0];
  EXPECT_EQ(document["exists"], false);
  EXPECT_EQ(document["bytes"], 0);
  EXPECT_EQ(document["version"], 2);
}

TEST_F(ApiTest, TellsOfOneDocument) {
  write("notes").at("2026-11-20T06:11:00.123Z").create("hello");
  EXPECT_EQ(get_json("/api/documents/docs/notes"),
            json::parse(R"({"collection":"docs","id":"notes","version":1,
      "exists":true,"bytes":5,"created":"2026-11-20T06:11:00.123Z","changed":"2026-11-20T06:11:00.123Z"})"));
}

TEST_F(ApiTest, AnyIdCanBeAskedFor) {
  for (const std::string id : {"a/b", "..", "a b", "%41", "日本", "x?y&z=1#", "<script>"}) {
    write(id).create(id);
    const std::string path = "/api/documents/docs/" + percent_encode(id);
    EXPECT_EQ(get_json(path)["id"], id);
    EXPECT_EQ(get(path + "/text").body, id);
  }
}

TEST_F(ApiTest, GivesTheNewestTextAndSaysWhichItIs) {
  write("notes")
      .at("2026-11-20T06:11:00Z")
      .create("helo\n")
      .at("2026-11-20T06:12:00.5Z")
      .insert(3, "l");
  const Response response = get("/api/documents/docs/notes/text");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello\n");
  EXPECT_EQ(header(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(header(response, "Cowrite-Version"), "2");
  EXPECT_EQ(header(response, "Cowrite-Time"), "2026-11-20T06:12:00.500Z");
}

TEST_F(ApiTest, ATextNeverActsAsAPageOfTheServer) {
  write("evil").create("<script>alert(1)</script>");
  const Response response = get("/api/documents/docs/evil/text");
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(response, "Content-Security-Policy"), "default-src 'none'; sandbox");
}

TEST_F(ApiTest, GivesTheTextAtAVersion) {
  write("notes").create("a").insert(1, "b").insert(2, "c");
  EXPECT_EQ(get("/api/documents/docs/notes/text", "version=1").body, "a");
  EXPECT_EQ(get("/api/documents/docs/notes/text", "version=2").body, "ab");
  EXPECT_EQ(get("/api/documents/docs/notes/text", "version=3").body, "abc");
}

TEST_F(ApiTest, GivesTheTextAtATime) {
  write("notes")
      .at("2026-11-20T06:00:00Z")
      .create("a")
      .at("2026-11-20T07:00:00Z")
      .insert(1, "b")
      .insert(2, "c");
  const auto text_at = [&](const std::string& time) {
    return get("/api/documents/docs/notes/text", "time=" + time).body;
  };
  EXPECT_EQ(text_at("2026-11-20T06:00:00Z"), "a");
  EXPECT_EQ(text_at("2026-11-20T06:59:59.999Z"), "a");
  EXPECT_EQ(text_at("2026-11-20T07:00:00Z"), "abc");
  EXPECT_EQ(text_at("2026-11-20T08:00:00%2B01:00"), "abc");
  EXPECT_EQ(text_at("2030-01-01"), "abc");
  EXPECT_EQ(error_of("/api/documents/docs/notes/text", "time=2026-11-20"),
            "404 ERR_DOCUMENT_ABSENT");
}

TEST_F(ApiTest, WhereThereWasNoDocumentThereIsNoText) {
  write("notes").create("a").remove().create("b").remove();
  const std::string path = "/api/documents/docs/notes/text";
  EXPECT_EQ(error_of(path, "version=0"), "404 ERR_DOCUMENT_ABSENT");
  EXPECT_EQ(get(path, "version=1").body, "a");
  EXPECT_EQ(error_of(path, "version=2"), "404 ERR_DOCUMENT_ABSENT");
  EXPECT_EQ(get(path, "version=3").body, "b");
  EXPECT_EQ(error_of(path), "404 ERR_DOCUMENT_ABSENT");
  EXPECT_EQ(error_of(path, "version=5"), "404 ERR_STORAGE_VERSION_UNKNOWN");
  EXPECT_EQ(error_of(path, "version=18446744073709551615"), "404 ERR_STORAGE_VERSION_UNKNOWN");
}

TEST_F(ApiTest, AnErrorNamesTheDocumentAndTheReason) {
  write("notes").create("a");
  const auto message = [&](const std::string& path) {
    return json::parse(get(path).body)["error"]["message"].get<std::string>();
  };
  EXPECT_EQ(message("/api/documents/docs/a%2Fb"), "docs/a/b: no such document");
  EXPECT_EQ(
      json::parse(get("/api/documents/docs/notes/text", "version=9").body)["error"]["message"],
      "docs/notes: there is no version 9, the newest is 1");
}

TEST_F(ApiTest, WhatNobodyWroteIsUnknown) {
  for (const char* path : {"/api/documents/docs/none", "/api/documents/docs/none/text",
                           "/api/documents/docs/none/records", "/api/documents/docs/"}) {
    EXPECT_EQ(error_of(path), "404 ERR_DOCUMENT_UNKNOWN") << path;
  }
}

TEST_F(ApiTest, GivesRecordsAsTheyWereMade) {
  write("notes")
      .by("Ann \x1b[31m")
      .at("2026-11-20T06:11:00Z")
      .create("a")
      .by("")
      .insert(1, "é😀")
      .erase(0, 2)
      .remove();
  const json records = get_json("/api/documents/docs/notes/records")["records"];
  const auto record = [](int version, const std::string& author, const std::string& change) {
    json expected = json::parse("{" + change + "}");
    expected.update({{"version", version},
                     {"time", "2026-11-20T06:11:00.000Z"},
                     {"author", author},
                     {"source", "source"},
                     {"sequence", version}});
    return expected;
  };
  EXPECT_EQ(
      records,
      json::array({record(1, "Ann \x1b[31m", R"("create":"a")"), record(2, "", R"("op":[1,"é😀"])"),
                   record(3, "", R"("op":[{"d":2}])"), record(4, "", R"("del":true)")}));
}

TEST_F(ApiTest, GivesRecordsPageByPage) {
  storage::DocumentWriter writer = write("notes");
  writer.create("");
  for (int i = 0; i < 4; ++i) writer.insert(0, "x");
  const std::string path = "/api/documents/docs/notes/records";
  EXPECT_EQ(versions(get_json(path)), (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(versions(get_json(path, "from=2&to=4")), (std::vector<int>{2, 3, 4}));
  EXPECT_FALSE(get_json(path, "from=2&to=4").contains("next"));
  EXPECT_EQ(versions(get_json(path, "from=2&limit=2")), (std::vector<int>{2, 3}));
  EXPECT_EQ(get_json(path, "from=2&limit=2")["next"], 4);
  EXPECT_FALSE(get_json(path, "from=4&limit=2").contains("next"));
  EXPECT_EQ(versions(get_json(path, "from=0&to=1")), (std::vector<int>{1}));
  EXPECT_EQ(versions(get_json(path, "from=4&to=99")), (std::vector<int>{4, 5}));
  EXPECT_EQ(versions(get_json(path, "from=4&to=3")), std::vector<int>{});
}

TEST_F(ApiTest, RecordsAfterTheNewestAreNotThereYet) {
  write("notes").create("");
  EXPECT_EQ(versions(get_json("/api/documents/docs/notes/records", "from=2")), std::vector<int>{});
  EXPECT_EQ(error_of("/api/documents/docs/notes/records", "from=3"),
            "404 ERR_STORAGE_VERSION_UNKNOWN");
}

TEST_F(ApiTest, APageOfRecordsIsBoundedInBytesToo) {
  const std::string large(history::kPageRecordsBytesMax, 'x');
  write("notes").create(large).insert(0, large).insert(0, "y");
  const json page = get_json("/api/documents/docs/notes/records");
  EXPECT_EQ(versions(page), (std::vector<int>{1}));
  EXPECT_EQ(page["next"], 2);
}

TEST_F(ApiTest, WrongParametersAreRefused) {
  write("notes").create("");
  const std::string invalid = "400 ERR_PARAMETER_INVALID";
  for (const char* query : {"limit=0", "limit=1001", "limit=", "limit=x", "limit=-1", "limit=1.5",
                            "limit=99999999999999999999", "colection=docs", "prefix=a&prefix=b",
                            "prefix=%ff", "prefix=%"}) {
    EXPECT_EQ(error_of("/api/documents", query), invalid) << query;
  }
  for (const char* query :
       {"version=x", "version=-1", "time=yesterday", "time=2026-11-20T06:11:00+01:00",
        "version=1&time=2026-11-20", "at=1"}) {
    EXPECT_EQ(error_of("/api/documents/docs/notes/text", query), invalid) << query;
  }
  for (const char* query : {"from=x", "to=", "limit=0", "n=3"}) {
    EXPECT_EQ(error_of("/api/documents/docs/notes/records", query), invalid) << query;
  }
  EXPECT_EQ(error_of("/api/documents/docs/notes", "x=1"), invalid);
}

TEST_F(ApiTest, ThereIsNothingAtOtherPaths) {
  for (const char* path : {"/api", "/api/", "/api/documents/", "/api/documents/docs",
                           "/api/documents/docs/notes/history", "/api/documents/docs/notes/text/",
                           "/api/documents/docs/a/b/text", "/api/documents/docs/%zz",
                           "/api/Documents", "/other/documents"}) {
    EXPECT_EQ(error_of(path), "404 ERR_PATH_UNKNOWN") << path;
  }
}

TEST_F(ApiTest, OnlyReadingIsAllowed) {
  write("notes").create("a");
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"}) {
    const Response response = send(method, "/api/documents/docs/notes", "").get();
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
    EXPECT_EQ(json::parse(response.body)["error"]["code"], "ERR_METHOD_NOT_ALLOWED");
  }
  EXPECT_EQ(send("HEAD", "/api/documents/docs/notes/text", "").get().status, 200);
}

// Holds all readers of the log until it is destroyed.
class HeldReaders {
 public:
  explicit HeldReaders(storage::OperationLog& log) {
    for (std::size_t i = 0; i < storage::kReaderThreads; ++i) {
      log.read({storage::Urgency::kOpening, storage::Payer::kServer},
               [go_on = go_on_](const storage::History&) { go_on->acquire(); });
    }
  }
  ~HeldReaders() { go_on_->release(storage::kReaderThreads); }
  HeldReaders(const HeldReaders&) = delete;
  HeldReaders& operator=(const HeldReaders&) = delete;

 private:
  std::shared_ptr<std::counting_semaphore<>> go_on_ =
      std::make_shared<std::counting_semaphore<>>(0);
};

TEST_F(ApiTest, AClientWithTooManyRequestsAtOnceIsToldToComeBackAndNoOtherIs) {
  write("notes").create("a");
  std::vector<std::future<Response>> waiting;
  {
    const HeldReaders held(*log_);
    for (std::size_t i = 0; i < kRequestsPerPayerMax; ++i) {
      waiting.push_back(send("GET", "/api/documents/docs/notes/blame", ""));
    }
    const Response refused = get("/api/documents/docs/notes");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    EXPECT_EQ(json::parse(refused.body)["error"]["code"], "ERR_BUSY");

    payer_ = storage::Payer{2};
    waiting.push_back(send("GET", "/api/documents/docs/notes/blame", ""));
  }
  for (std::future<Response>& answer : waiting) EXPECT_EQ(answer.get().status, 200);
  payer_ = storage::Payer{1};
  EXPECT_EQ(get("/api/documents/docs/notes").status, 200);
}

}  // namespace
}  // namespace cowrite::http
