// The HTTP API on histories: who wrote what, versions in groups, what changed, and what is still to
// come.
#include <gtest/gtest.h>

#include "server/history/difference.h"
#include "server/history/limits.h"
#include "server/http/limits.h"
#include "tests/server/http/api_fixture.h"

namespace cowrite::http {
namespace {

using nlohmann::json;

const std::string kImmutable = "private, immutable, max-age=3600";
const std::string kNotes = "/api/documents/docs/notes";

class ApiHistoryTest : public ApiFixture {
 protected:
  // "Ann 1 [he] Bob 2 [XY] Ann 1 -3 by Bob [llo]": of each span the author, the version and the
  // text, and of what is gone the version that removed it.
  std::string blame(const std::string& query = "", const std::string& path = kNotes) {
    std::string words;
    const json page = get_json(path + "/blame", query);
    for (const json& span : page["spans"]) {
      if (!words.empty()) words += ' ';
      words += span["author"].get<std::string>() + " " + std::to_string(span["version"].get<int>());
      if (span.contains("removed")) {
        words += " -" + std::to_string(span["removed"]["version"].get<int>()) + " by " +
                 span["removed"]["author"].get<std::string>();
      }
      words += " [" + span["text"].get<std::string>() + "]";
    }
    return words;
  }

  std::string cached(const std::string& path, const std::string& query) {
    const Response response = get(path, query);
    EXPECT_EQ(response.status, 200) << response.body;
    return header(response, "Cache-Control");
  }
};

// ---- Blame

TEST_F(ApiHistoryTest, BlameTellsWhoWroteWhat) {
  write("notes")
      .at("2026-11-20T06:00:00Z")
      .by("Ann")
      .create("hello")
      .by("Bob")
      .at("2026-11-20T07:00:00Z")
      .insert(2, "é😀");
  EXPECT_EQ(get_json(kNotes + "/blame"), json::parse(R"({
      "version":2,"time":"2026-11-20T07:00:00.000Z","spans":[
      {"version":1,"since":1,"author":"Ann","time":"2026-11-20T06:00:00.000Z","length":2,"text":"he"},
      {"version":2,"since":2,"author":"Bob","time":"2026-11-20T07:00:00.000Z","length":2,"text":"é😀"},
      {"version":1,"since":1,"author":"Ann","time":"2026-11-20T06:00:00.000Z","length":3,"text":"llo"}]})"));
}

TEST_F(ApiHistoryTest, BlameGoesBackToAVersionAndATime) {
  write("notes")
      .at("2026-11-20T06:00:00Z")
      .by("Ann")
      .create("hello")
      .by("Bob")
      .at("2026-11-20T07:00:00Z")
      .insert(2, "X");
  EXPECT_EQ(blame("version=1"), "Ann 1 [hello]");
  EXPECT_EQ(blame("time=2026-11-20T06:59:00Z"), "Ann 1 [hello]");
  EXPECT_EQ(blame("version=2"), "Ann 1 [he] Bob 2 [X] Ann 1 [llo]");
}

TEST_F(ApiHistoryTest, BlameJoinsWhatOneAuthorWroteWithoutAPause) {
  write("notes")
      .by("Ann")
      .at("2026-11-20T06:00:00Z")
      .create("a")
      .at("2026-11-20T06:10:00Z")
      .insert(1, "b")
      .at("2026-11-20T06:20:00.001Z")
      .insert(2, "c");
  EXPECT_EQ(blame(), "Ann 2 [ab] Ann 3 [c]");
  EXPECT_EQ(get_json(kNotes + "/blame")["spans"][0]["since"], 1);
  EXPECT_EQ(blame("pause=11"), "Ann 3 [abc]");
  EXPECT_EQ(blame("pause=0"), "Ann 1 [a] Ann 2 [b] Ann 3 [c]");
}

TEST_F(ApiHistoryTest, ASpanOfABlameEndsWithItsLine) {
  write("notes").by("Ann").create("a\n\nb\nc").insert(0, "x");
  EXPECT_EQ(blame(), "Ann 2 [xa\n] Ann 1 [\n] Ann 1 [b\n] Ann 1 [c]");
}

TEST_F(ApiHistoryTest, BlameTellsOfWhatIsGoneWhenAsked) {
  write("notes").by("Ann").create("hello").by("Bob").erase(2, 2).by("Cid").insert(2, "X");
  EXPECT_EQ(blame(), "Ann 1 [he] Cid 3 [X] Ann 1 [o]");
  EXPECT_EQ(blame("deleted=false"), blame());
  EXPECT_EQ(blame("deleted=true"), "Ann 1 [he] Ann 1 -2 by Bob [ll] Cid 3 [X] Ann 1 [o]");
  EXPECT_EQ(blame("deleted=true&version=1"), "Ann 1 [hello]");
}

TEST_F(ApiHistoryTest, BlameOfADeletedDocumentTellsOfWhatIsGoneOnly) {
  write("notes").by("Ann").create("a").by("Bob").remove().by("Cid").create("b").remove();
  EXPECT_EQ(error_of(kNotes + "/blame"), "404 ERR_DOCUMENT_ABSENT");
  EXPECT_EQ(blame("deleted=true"), "Ann 1 -2 by Bob [a] Cid 3 -4 by Cid [b]");
  EXPECT_EQ(blame("version=3"), "Cid 3 [b]");
}

TEST_F(ApiHistoryTest, BlameComesPageByPage) {
  const std::string lines(history::kBlameSpansMax + 1, '\n');
  write("notes").create(lines);
  const json first = get_json(kNotes + "/blame");
  EXPECT_EQ(first["spans"].size(), history::kBlameSpansMax);
  EXPECT_EQ(first["next"], history::kBlameSpansMax);
  const json second =
      get_json(kNotes + "/blame", "from=" + std::to_string(history::kBlameSpansMax));
  EXPECT_EQ(second["spans"].size(), 1U);
  EXPECT_FALSE(second.contains("next"));
  EXPECT_EQ(get_json(kNotes + "/blame", "from=999999")["spans"].size(), 0U);
}

TEST_F(ApiHistoryTest, APageOfABlameIsBoundedInBytesToo) {
  const std::string line = std::string(history::kBlameTextBytesMax, 'x') + "\n";
  write("notes").create(line + "end");
  const json page = get_json(kNotes + "/blame");
  EXPECT_EQ(page["spans"].size(), 1U);
  EXPECT_EQ(page["next"], 1);
}

TEST_F(ApiHistoryTest, AHistoryWithTooMuchWrittenTextIsNotFollowed) {
  const std::string large(std::size_t{16} << 20, 'x');
  storage::DocumentWriter writer = write("notes");
  writer.create("");
  for (int i = 0; i < 8; ++i) writer.insert(0, large).erase(0, large.size());
  EXPECT_EQ(error_of(kNotes + "/blame", "deleted=true"), "422 ERR_HISTORY_TOO_LONG");
  EXPECT_EQ(get(kNotes + "/blame").status, 200);
}

// "x" at every second place of a text, by another author.
ot::Operation scattered(std::size_t count) {
  ot::OperationBuilder builder;
  for (std::size_t i = 0; i < count; ++i) builder.retain(1).insert("x");
  return std::move(builder).build();
}

TEST_F(ApiHistoryTest, ABlameAsksForMemoryAsItsPiecesBecomeMore) {
  constexpr std::size_t kPieces = 10'000;
  write("notes").create(std::string(kPieces, 'a')).by("Bob").edit(scattered(kPieces / 2));
  ASSERT_EQ(get(kNotes + "/blame").status, 200);
  EXPECT_GE(asked_most_, kPieces * history::kBlamePieceBytes);
  room_ = kPieces * history::kBlamePieceBytes;
  EXPECT_EQ(error_of(kNotes + "/blame"), "503 ERR_NO_ROOM");
  EXPECT_EQ(taken_, 0U);
}

TEST_F(ApiHistoryTest, ABlameAsksForMemoryForTheNamesOfAuthors) {
  storage::DocumentWriter writer = write("notes");
  writer.create("");
  for (int i = 0; i < 100; ++i) writer.by(std::string(200, 'n') + std::to_string(i)).insert(0, "x");
  ASSERT_EQ(get(kNotes + "/blame").status, 200);
  EXPECT_GE(asked_most_, 100 * (200 + history::kBlameAuthorBytes + history::kBlamePieceBytes));
}

// ---- Versions in groups

TEST_F(ApiHistoryTest, VersionsAreGroupedByAuthorAndPause) {
  write("notes")
      .by("Ann")
      .at("2026-11-20T06:00:00Z")
      .create("he😀")
      .at("2026-11-20T06:10:00Z")
      .insert(1, "é")
      .at("2026-11-20T06:20:00.001Z")
      .erase(0, 2)
      .by("Bob")
      .insert(0, "x")
      .remove();
  EXPECT_EQ(get_json(kNotes + "/versions"), json::parse(R"({"groups":[
      {"first":1,"last":2,"began":"2026-11-20T06:00:00.000Z","ended":"2026-11-20T06:10:00.000Z",
       "author":"Ann","inserted":4,"erased":0,"created":true},
      {"first":3,"last":3,"began":"2026-11-20T06:20:00.001Z","ended":"2026-11-20T06:20:00.001Z",
       "author":"Ann","inserted":0,"erased":2},
      {"first":4,"last":5,"began":"2026-11-20T06:20:00.001Z","ended":"2026-11-20T06:20:00.001Z",
       "author":"Bob","inserted":1,"erased":0,"deleted":true}]})"));
  EXPECT_EQ(get_json(kNotes + "/versions", "pause=11")["groups"].size(), 2U);
  EXPECT_EQ(get_json(kNotes + "/versions", "from=2&to=4")["groups"][0]["first"], 2);
  EXPECT_EQ(get_json(kNotes + "/versions", "from=2&to=4")["groups"][2]["last"], 4);
}

TEST_F(ApiHistoryTest, GroupsComePageByPage) {
  storage::DocumentWriter writer = write("notes");
  writer.by("Ann").create("");
  for (const char* author : {"Bob", "Ann", "Bob"}) writer.by(author).insert(0, "x").insert(0, "y");
  const json first = get_json(kNotes + "/versions", "limit=2");
  EXPECT_EQ(first["groups"].size(), 2U);
  EXPECT_EQ(first["next"], 4);
  const json second = get_json(kNotes + "/versions", "limit=2&from=4");
  EXPECT_EQ(second["groups"].size(), 2U);
  EXPECT_FALSE(second.contains("next"));
  EXPECT_EQ(get_json(kNotes + "/versions", "from=8")["groups"].size(), 0U);
}

TEST_F(ApiHistoryTest, AGroupHasABoundedNumberOfVersions) {
  write("notes").create("").type(history::kGroupVersionsMax);
  const json groups = get_json(kNotes + "/versions")["groups"];
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0]["last"], history::kGroupVersionsMax);
  EXPECT_EQ(groups[1]["first"], history::kGroupVersionsMax + 1);
}

// ---- Differences

TEST_F(ApiHistoryTest, DiffTellsWhatChanged) {
  write("notes")
      .at("2026-11-20T06:00:00Z")
      .create("a\nb\n")
      .at("2026-11-20T07:00:00Z")
      .insert(2, "x\n");
  const Response response = get(kNotes + "/diff", "from=1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(header(response, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(response.body,
            "--- a/notes\tversion 1, 2026-11-20T06:00:00.000Z\n"
            "+++ b/notes\tversion 2, 2026-11-20T07:00:00.000Z\n"
            "@@ -1,2 +1,3 @@\n a\n+x\n b\n");
  EXPECT_EQ(get(kNotes + "/diff", "from=2026-11-20T06:30:00Z&to=2").body, response.body);
  EXPECT_EQ(get(kNotes + "/diff", "from=2&to=2").body, "");
  EXPECT_NE(get(kNotes + "/diff", "from=0").body.find("--- /dev/null\n"), std::string::npos);
}

TEST_F(ApiHistoryTest, WhatIsNotThereIsAnErrorOfItsOwn) {
  write("notes").create("a");
  for (const char* path : {"/blame", "/versions", "/diff"}) {
    const std::string query = std::string(path) == "/diff" ? "from=1" : "";
    EXPECT_EQ(error_of("/api/documents/docs/none" + std::string(path), query),
              "404 ERR_DOCUMENT_UNKNOWN");
  }
  EXPECT_EQ(error_of(kNotes + "/blame", "version=2"), "404 ERR_STORAGE_VERSION_UNKNOWN");
  EXPECT_EQ(error_of(kNotes + "/blame", "version=0"), "404 ERR_DOCUMENT_ABSENT");
  EXPECT_EQ(error_of(kNotes + "/versions", "from=3"), "404 ERR_STORAGE_VERSION_UNKNOWN");
  EXPECT_EQ(error_of(kNotes + "/diff", "from=1&to=2"), "404 ERR_STORAGE_VERSION_UNKNOWN");
}

TEST_F(ApiHistoryTest, ATextOfTooManyLinesIsNotCompared) {
  write("notes").create("").insert(
      0, std::string(history::kDiffBytesMax / history::kDiffBytesPerLine, '\n'));
  EXPECT_EQ(error_of(kNotes + "/diff", "from=1"), "422 ERR_TEXT_TOO_LONG");
}

// ---- Memory

TEST_F(ApiHistoryTest, WhatHasNoMemoryNowIsToBeAskedForAgain) {
  write("notes").create("").insert(0, std::string(100'000, '\n'));
  const std::vector<std::string> queries = {"/text", "/text?version=2", "/records", "/blame",
                                            "/diff?from=1"};
  for (const std::string& query : queries) {
    const std::size_t mark = std::min(query.find('?'), query.size());
    const std::string path = kNotes + query.substr(0, mark);
    const std::string parameters = query.substr(std::min(mark + 1, query.size()));
    room_ = 50'000;
    const Response refused = get(path, parameters);
    EXPECT_EQ(error_of(path, parameters), "503 ERR_NO_ROOM") << query;
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    room_ = SIZE_MAX;
    EXPECT_EQ(get(path, parameters).status, 200) << query;
    EXPECT_EQ(taken_, 0U) << query;  // What is queued counts elsewhere.
  }
  room_ = 50'000;
  EXPECT_EQ(get(kNotes).status, 200);
  EXPECT_EQ(get(kNotes + "/versions").status, 200);
}

TEST_F(ApiHistoryTest, ALongTextKeepsItsMemoryUntilItIsWritten) {
  write("notes").create(std::string(100'000, 'x'));
  Response response = get(kNotes + "/text");
  EXPECT_GE(taken_, 100'000U);
  response = Response();
  EXPECT_EQ(taken_, 0U);
}

TEST_F(ApiHistoryTest, ADifferenceAsksForMemoryForItsTextsAndTheirLines) {
  write("notes").create(std::string(1'000, '\n')).insert(0, std::string(1'000, 'x'));
  ASSERT_EQ(get(kNotes + "/diff", "from=1").status, 200);
  EXPECT_GE(asked_most_, history::diff_memory_bytes(3'000, 2'000));
  EXPECT_LE(asked_most_, 2 * history::diff_memory_bytes(3'000, 2'000));
}

TEST_F(ApiHistoryTest, WrongParametersAreRefused) {
  write("notes").create("a");
  const std::string invalid = "400 ERR_PARAMETER_INVALID";
  for (const char* query : {"deleted=1", "deleted=", "pause=-1", "pause=10081", "from=x", "to=1",
                            "version=1&time=2026-11-20", "at=1"}) {
    EXPECT_EQ(error_of(kNotes + "/blame", query), invalid) << query;
  }
  for (const char* query : {"limit=0", "limit=1001", "pause=x", "from=x"}) {
    EXPECT_EQ(error_of(kNotes + "/versions", query), invalid) << query;
  }
  for (const char* query :
       {"", "from=", "from=x", "to=1", "from=1&to=then", "from=-1", "from=99999999999999999999"}) {
    EXPECT_EQ(error_of(kNotes + "/diff", query), invalid) << query;
  }
  for (const char* query : {"wait=31", "wait=x"}) {
    EXPECT_EQ(error_of(kNotes + "/records", query), invalid) << query;
  }
}

// ---- Caching

TEST_F(ApiHistoryTest, WhatCannotChangeMayBeKept) {
  write("notes").create("a").insert(0, "b").insert(0, "c");
  EXPECT_EQ(cached(kNotes + "/text", "version=3"), kImmutable);
  EXPECT_EQ(cached(kNotes + "/blame", "version=2"), kImmutable);
  EXPECT_EQ(cached(kNotes + "/diff", "from=1&to=3"), kImmutable);
  EXPECT_EQ(cached(kNotes + "/records", "from=1&to=3"), kImmutable);
  EXPECT_EQ(cached(kNotes + "/records", "limit=2"), kImmutable);
}

TEST_F(ApiHistoryTest, WhatMayChangeIsNotKept) {
  write("notes").create("a").insert(0, "b").by("Bob").insert(0, "c");
  for (const char* path : {"", "/text", "/blame", "/versions", "/records"}) {
    EXPECT_EQ(cached(kNotes + path, ""), "no-store") << path;
  }
  EXPECT_EQ(cached("/api/documents", ""), "no-store");
  EXPECT_EQ(cached(kNotes + "/text", "time=2026-11-20"), "no-store");
  EXPECT_EQ(cached(kNotes + "/diff", "from=1"), "no-store");
  EXPECT_EQ(cached(kNotes + "/diff", "from=1970-01-01&to=3"), "no-store");
  EXPECT_EQ(cached(kNotes + "/records", "to=4"), "no-store");
  EXPECT_EQ(cached(kNotes + "/records", "from=4"), "no-store");
  EXPECT_EQ(header(get(kNotes + "/text", "version=9"), "Cache-Control"), "no-store");
}

// ---- Waiting

TEST_F(ApiHistoryTest, ARequestMayWaitForTheNextRecord) {
  storage::DocumentWriter writer = write("notes");
  writer.create("a");
  std::future<Response> answer = send("GET", kNotes + "/records", "from=2&wait=30");
  writer.insert(0, "b");
  const json page = json::parse(answer.get().body);
  ASSERT_EQ(page["records"].size(), 1U);
  EXPECT_EQ(page["records"][0]["version"], 2);
}

TEST_F(ApiHistoryTest, WhatIsThereIsNotWaitedFor) {
  write("notes").create("a");
  EXPECT_EQ(get_json(kNotes + "/records", "from=1&wait=30")["records"].size(), 1U);
  EXPECT_EQ(get_json(kNotes + "/records", "from=2&to=1&wait=30")["records"].size(), 0U);
  EXPECT_EQ(error_of(kNotes + "/records", "from=3&wait=30"), "404 ERR_STORAGE_VERSION_UNKNOWN");
  EXPECT_EQ(error_of("/api/documents/docs/none/records", "wait=30"), "404 ERR_DOCUMENT_UNKNOWN");
}

TEST_F(ApiHistoryTest, WhoWaitsInVainGetsAnEmptyPage) {
  write("notes").create("a");
  EXPECT_EQ(get_json(kNotes + "/records", "from=2&wait=1")["records"].size(), 0U);
}

TEST_F(ApiHistoryTest, TheNumberOfAClientsRequestsThatWaitIsBounded) {
  storage::DocumentWriter writer = write("notes");
  writer.create("a");
  std::vector<std::future<Response>> answers;
  std::size_t refused = 0;
  // One after the other, so that none is refused for coming at once with too many others.
  for (std::size_t i = 0; i < kWaitersPerPayerMax + 1; ++i) {
    answers.push_back(send("GET", kNotes + "/records", "from=2&wait=30"));
    get(kNotes);
  }
  payer_ = storage::Payer{2};
  answers.push_back(send("GET", kNotes + "/records", "from=2&wait=30"));
  get(kNotes);
  writer.insert(0, "b");
  for (std::future<Response>& answer : answers) {
    const Response response = answer.get();
    if (response.status == 200) continue;
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(json::parse(response.body)["error"]["code"], "ERR_BUSY");
    ++refused;
  }
  EXPECT_EQ(refused, 1U);
}

TEST_F(ApiHistoryTest, AStoppedApiLetsNobodyWait) {
  write("notes").create("a");
  std::future<Response> forgotten = send("GET", kNotes + "/records", "from=2&wait=30");
  get(kNotes);
  api_.stop();
  bool answered = false;
  try {
    answered = forgotten.get().status == 200;
  } catch (const std::future_error&) {
    // Forgotten with the function that would have answered it.
  }
  EXPECT_FALSE(answered);
  EXPECT_EQ(send("GET", kNotes + "/records", "from=2&wait=30").get().status, 503);
}

}  // namespace
}  // namespace cowrite::http
