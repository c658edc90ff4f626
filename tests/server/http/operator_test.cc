// The operator's API as HTTP asks it.
#include <string>

#include "ot/operation.h"
#include "server/http/json.h"
#include "storage/format/keys.h"
#include "storage/limits.h"
#include "storage/store/heads.h"
#include "tests/server/http/operator_fixture.h"
#include "tests/storage/support.h"

namespace cowrite::http {
namespace {

using nlohmann::json;

// A temporary's calls return it by reference.
ot::Operation built(ot::OperationBuilder& builder) { return std::move(builder).build(); }

const std::string kCreate =
    R"({"version":1,"time":"2026-11-20T06:11:00.000Z","author":"Ann","source":"a","sequence":1,"create":"hello"})";
const std::string kEdit =
    R"({"version":2,"time":"2026-11-20T06:11:00.001Z","author":"Ann","source":"a","sequence":2,"op":[5," 😀"]})";

// ---- Who may

TEST_F(OperatorFixture, WhatReadsTheStoreNeedsTheToken) {
  for (const char* path :
       {"collections", "stat", "stat/docs/a", "verify", "verify/docs/a", "jobs/1", "nothing"}) {
    for (const char* method : {"GET", "HEAD"}) {
      const Request request{.method = method, .path = "/api/operator/" + std::string(path)};
      EXPECT_EQ(error_of(send(request).get()), "401 ERR_OPERATOR_TOKEN_MISSING") << path;
    }
  }
}

TEST_F(OperatorFixture, WhatChangesSomethingNeedsTheToken) {
  Request request = post_request("documents/docs/a/delete", "", "");
  request.headers.clear();
  const Response response = send(request).get();
  EXPECT_EQ(error_of(response), "401 ERR_OPERATOR_TOKEN_MISSING");
  request.headers = {{"authorization", "Basic abc"}};
  EXPECT_EQ(error_of(send(request).get()), "401 ERR_OPERATOR_TOKEN_MISSING");
  for (const char* wrong : {"Bearer ", "Bearer 0f0f0f0", "Bearer 0f0f0f0e", "Bearer 0f0f0f0f0"}) {
    request.headers = {{"authorization", wrong}};
    EXPECT_EQ(error_of(send(request).get()), "403 ERR_OPERATOR_TOKEN_WRONG") << wrong;
  }
}

TEST_F(OperatorFixture, NoPageMayWithTheTokenEither) {
  Request request = post_request("documents/docs/a/delete", "", "");
  request.headers.emplace_back("origin", "http://127.0.0.1:8080");
  EXPECT_EQ(error_of(send(request).get()), "403 ERR_OPERATOR_PAGE");
}

TEST(Operator, AServerWithoutATokenTakesNone) {
  const auto log = *storage::RocksDbLog::open("", storage::OpenMode::kInMemory);
  OperatorApi api(*log, "", {});
  Request request{.method = "POST", .path = "/api/operator/backup"};
  for (const char* token : {"Bearer ", "Bearer x", ""}) {
    request.headers = {{"authorization", token}};
    std::promise<int> status;
    api.handle(request, [&](const Response& response) { status.set_value(response.status); });
    EXPECT_EQ(status.get_future().get(), 403);
  }
}

TEST_F(OperatorFixture, UnknownPathsAndMethodsAreSaidToBe) {
  EXPECT_EQ(error_of(get("nothing")), "404 ERR_PATH_UNKNOWN");
  EXPECT_EQ(error_of(get("verify/docs")), "404 ERR_PATH_UNKNOWN");
  EXPECT_EQ(error_of(post("nothing")), "404 ERR_PATH_UNKNOWN");
  EXPECT_EQ(error_of(post("documents/docs/a/nothing")), "404 ERR_PATH_UNKNOWN");
  EXPECT_EQ(error_of(post("documents//a/delete")), "400 ERR_PARAMETER_INVALID");
  EXPECT_EQ(
      error_of(post("documents/docs/" + std::string(storage::kIdBytesMax + 1, 'x') + "/delete")),
      "400 ERR_PARAMETER_INVALID");
  EXPECT_EQ(error_of(post("documents/docs/a/delete", "autor=x")), "400 ERR_PARAMETER_INVALID");
  EXPECT_EQ(error_of(post("documents/docs/a/restore", "")), "400 ERR_PARAMETER_INVALID");
  EXPECT_EQ(error_of(get("verify/docs/%zz")), "400 ERR_PARAMETER_INVALID");
  EXPECT_EQ(error_of(send({.method = "PUT", .path = "/api/operator/backup"}).get()),
            "405 ERR_METHOD_NOT_ALLOWED");
}

// ---- Proofs and figures

TEST_F(OperatorFixture, ADocumentIsProven) {
  write("a").create("x").type(700);
  const json proof = json_of(get("verify/docs/a"));
  EXPECT_EQ(proof["proven"], true);
  EXPECT_EQ(proof["records"], 701);
  EXPECT_EQ(json_of(get("verify"))["proven"], true);
  EXPECT_EQ(error_of(get("verify/docs/b")), "404 ERR_DOCUMENT_UNKNOWN");
}

TEST_F(OperatorFixture, ADamagedRecordIsNamed) {
  write("a").create("x").type(6).type(14);
  const auto head = storage::read_head(*log_->store().view(), {"docs", "a"});
  storage::WriteBatch batch;
  batch.put(storage::Table::kRecords, storage::version_key((*head)->number, 7), "rubbish");
  ASSERT_TRUE(log_->store().write(batch, storage::Durability::kSynced));
  const Response response = get("verify/docs/a");
  EXPECT_EQ(error_of(response), "500 ERR_STORAGE_DAMAGED");
  EXPECT_NE(message_of(response).find("7"), std::string::npos) << response.body;
}

TEST_F(OperatorFixture, FiguresAreOfADocumentAndOfTheStore) {
  write("a").create(std::string(100'000, 'x'));
  const json one = json_of(get("stat/docs/a"));
  EXPECT_EQ(one["bytes"], 100'000);
  EXPECT_GT(one["disk"]["records"], 0);
  const json all = json_of(get("stat"));
  EXPECT_GT(all["log"], 0);
  EXPECT_GT(all["memory_max"], 0);
  EXPECT_EQ(error_of(get("stat/docs/b")), "404 ERR_DOCUMENT_UNKNOWN");
}

TEST_F(OperatorFixture, CollectionsAreListedOnce) {
  for (const char* collection : {"b", "a", "docs"}) {
    for (const char* id : {"", "1", "\xff"})
      storage::DocumentWriter(*log_, {collection, id}).create("x");
  }
  EXPECT_EQ(json_of(get("collections"))["collections"], json({"a", "b", "docs"}));
}

// ---- Records from elsewhere

TEST_F(OperatorFixture, RecordsAreAddedAsTheyAre) {
  const json done = json_of(post("documents/docs/a/records", "", kCreate + "\n" + kEdit + "\n"));
  EXPECT_EQ(done["version"], 2);
  const auto records = log_->history().records({"docs", "a"}, 0, 2, 1'000'000);
  EXPECT_EQ(record_json(records->at(0)), kCreate);
  EXPECT_EQ(record_json(records->at(1)), kEdit);
  EXPECT_EQ(text("a"), "hello 😀");
  EXPECT_EQ(reloaded(), std::vector<std::string>{"a"});
  EXPECT_EQ(json_of(get("verify/docs/a"))["proven"], true);
}

TEST_F(OperatorFixture, RecordsMustFollowTheNewestVersion) {
  json_of(post("documents/docs/a/records", "", kCreate));
  EXPECT_EQ(error_of(post("documents/docs/a/records", "", kCreate)), "409 ERR_STORAGE_CONFLICT");
  EXPECT_EQ(error_of(post("documents/docs/b/records", "", kEdit)), "409 ERR_STORAGE_CONFLICT");
  EXPECT_EQ(text("a"), "hello");
}

TEST_F(OperatorFixture, RecordsThatCannotBeAHistoryAreRefusedAltogether) {
  const auto refusal = [this](const std::string& line) {
    const Response response = post("documents/docs/a/records", "", kCreate + "\n" + line);
    EXPECT_EQ(error_of(response), "400 ERR_RECORD_INVALID") << line;
    return message_of(response);
  };
  const auto changed = [](std::string line, const std::string& from, const std::string& to) {
    return line.replace(line.find(from), from.size(), to);
  };
  EXPECT_EQ(refusal("{"), "line 2: it is not JSON in UTF-8");
  EXPECT_EQ(refusal("[]"), "line 2: it is not a JSON object");
  EXPECT_EQ(refusal("{}"), "line 2: it must have one of \"create\", \"op\" and \"del\"");
  EXPECT_EQ(refusal("{\"del\":false}"), "line 2: \"del\" must be true");
  EXPECT_EQ(refusal(std::string(100'000, '[')), "line 2: it is nested too deeply");
  EXPECT_EQ(refusal(changed(kEdit, "\xf0\x9f\x98\x80", "\xff")), "line 2: it is not JSON in UTF-8");
  refusal(changed(kEdit, "\"version\":2", "\"version\":3"));
  refusal(changed(kEdit, "\"version\":2", "\"version\":0"));
  refusal(changed(kEdit, "\"version\":2", "\"version\":-2"));
  refusal(changed(kEdit, "06:11:00.001", "06:10:59.000"));
  refusal(changed(kEdit, "06:11:00.001", "27:11:00.001"));
  refusal(changed(kEdit, "\"sequence\":2", "\"sequence\":1"));
  refusal(changed(kEdit, "\"sequence\":2", "\"sequence\":9007199254740992"));
  refusal(changed(kEdit, "\"source\":\"a\"", "\"source\":\"\""));
  refusal(changed(kEdit, "\"author\":\"Ann\"",
                  "\"author\":\"" + std::string(storage::kIdBytesMax + 1, 'x') + "\""));
  refusal(changed(kEdit, "[5,", "[6,"));
  refusal(changed(kEdit, "[5,", "[-1,"));
  refusal(changed(kEdit, "\"op\":[5,\" 😀\"]", "\"create\":\"again\""));
  EXPECT_EQ(text("a"), "");
  EXPECT_TRUE(reloaded().empty());
}

TEST_F(OperatorFixture, ATextThatOutgrowsTheLimitIsRefused) {
  std::string line = kCreate;
  line.replace(line.find("hello"), 5, std::string(storage::kDocumentBytesMax + 1, 'x'));
  EXPECT_EQ(error_of(post("documents/docs/a/records", "", line)), "400 ERR_RECORD_INVALID");
}

// ---- Changes

TEST_F(OperatorFixture, ADocumentGetsAnEarlierTextByOneSmallEdit) {
  write("a").by("Ann").create("héllo 😀 world").erase(8, 5).insert(8, "moon 🌒");
  const json done = json_of(post("documents/docs/a/restore", "at=1&author=Bob"));
  EXPECT_EQ(done, json({{"version", 4}, {"changed", true}}));
  EXPECT_EQ(text("a"), "héllo 😀 world");
  const auto record = log_->history().records({"docs", "a"}, 3, 4, 1'000)->front();
  EXPECT_EQ(record.author, "Bob");
  EXPECT_EQ(std::get<storage::Edit>(record.change).operation,
            built(ot::OperationBuilder().retain(8).insert("world").erase(6)));
  EXPECT_EQ(json_of(post("documents/docs/a/restore", "at=1")),
            json({{"version", 4}, {"changed", false}}));
}

TEST_F(OperatorFixture, ADeletedDocumentComesBack) {
  write("a").create("text").remove();
  EXPECT_EQ(json_of(post("documents/docs/a/restore", "at=1"))["version"], 3);
  EXPECT_EQ(text("a"), "text");
}

TEST_F(OperatorFixture, AnEarlierTextBecomesAnotherDocument) {
  write("a").create("one").insert(3, " two");
  write("b").create("there");
  EXPECT_EQ(json_of(post("documents/docs/a/restore", "at=1&as=c"))["version"], 1);
  EXPECT_EQ(text("c"), "one");
  EXPECT_EQ(error_of(post("documents/docs/a/restore", "at=1&as=b")), "409 ERR_STORAGE_CONFLICT");
  EXPECT_EQ(error_of(post("documents/docs/a/restore", "at=1&as=")), "400 ERR_NAME_INVALID");
  EXPECT_EQ(error_of(post("documents/docs/a/restore", "at=1&as=a%2Fb")), "400 ERR_NAME_INVALID");
  EXPECT_EQ(error_of(post("documents/docs/a/restore", "at=9")), "404 ERR_STORAGE_VERSION_UNKNOWN");
  EXPECT_EQ(error_of(post("documents/docs/d/restore", "at=1")), "404 ERR_DOCUMENT_UNKNOWN");
}

TEST_F(OperatorFixture, WhatTakesMemoryIsNotDoneWhileThereIsNone) {
  write("a").create("old").insert(0, "x");
  const std::vector<std::function<Response()>> requests = {
      [this] { return post("documents/docs/a/restore", "at=1"); },
      [this] { return post("documents/docs/a/restore", "at=1&as=b"); },
      [this] { return post("documents/docs/c/records", "", kCreate); },
      [this] { return get("collections"); }};
  has_room_ = false;
  for (const auto& request : requests) EXPECT_EQ(error_of(request()), "503 ERR_NO_ROOM");
  EXPECT_EQ(text("a"), "xold");
  EXPECT_EQ(json_of(post("documents/docs/a/delete"))["version"], 3);
  has_room_ = true;
  for (const auto& request : requests) EXPECT_EQ(request().status, 200);
}

TEST_F(OperatorFixture, DeletingTwiceChangesNothingTheSecondTime) {
  write("a").create("text");
  EXPECT_EQ(json_of(post("documents/docs/a/delete", "author=Ann")),
            json({{"version", 2}, {"changed", true}}));
  EXPECT_EQ(log_->history().records({"docs", "a"}, 1, 2, 1'000)->front().author, "Ann");
  EXPECT_EQ(json_of(post("documents/docs/a/delete")), json({{"version", 2}, {"changed", false}}));
  EXPECT_EQ(error_of(post("documents/docs/b/delete")), "404 ERR_DOCUMENT_UNKNOWN");
}

TEST_F(OperatorFixture, OnlyADeletedDocumentIsErasedAndItsVersionsGoOn) {
  write("a").create("secret");
  EXPECT_EQ(error_of(post("documents/docs/a/purge")), "409 ERR_STORAGE_CONFLICT");
  json_of(post("documents/docs/a/delete"));
  EXPECT_EQ(json_of(post("documents/docs/a/purge"))["version"], 2);
  EXPECT_EQ(reloaded().back(), "a");
  EXPECT_EQ(error_of(post("documents/docs/a/restore", "at=1")), "410 ERR_STORAGE_ERASED");
  EXPECT_EQ(json_of(get("stat/docs/a"))["erased"], 2);
  EXPECT_EQ(error_of(post("documents/docs/b/purge")), "404 ERR_DOCUMENT_UNKNOWN");
}

TEST_F(OperatorFixture, EachActIsToldOfWithItsOutcomeAndItsConnection) {
  const auto act = [this](const std::string& path, const std::string& query, std::string body,
                          std::uint64_t connection) {
    Request request = post_request(path, query, std::move(body));
    request.connection = connection;
    (void)send(request).get();
  };
  act("documents/docs/a/records", "", kCreate + "\n", 1);
  act("documents/docs/a/restore", "at=1", "", 2);
  act("documents/docs/a/purge", "", "", 3);
  act("documents/docs/a/delete", "", "", 4);
  act("documents/docs/a/purge", "", "", 5);
  act("backup", "folder=relative", "", 6);  // A mistake is no act.
  Request request = post_request("documents/docs/a/delete", "", "");
  request.connection = 7;
  request.headers.clear();
  (void)send(request).get();
  EXPECT_EQ(acts(), (std::vector<std::string>{
                        "import docs/a on 1: done", "restore docs/a on 2: done",
                        "purge docs/a on 3: ERR_STORAGE_CONFLICT", "delete docs/a on 4: done",
                        "purge docs/a on 5: done", "ERR_OPERATOR_TOKEN_MISSING on 7"}));
}

TEST_F(OperatorFixture, ABackupGoesWhereItIsTold) {
  const storage::TempFolder temp;
  write("a").create("text");
  EXPECT_EQ(error_of(post("backup", "folder=relative")), "400 ERR_PARAMETER_INVALID");
  EXPECT_EQ(error_of(post("backup")), "400 ERR_PARAMETER_INVALID");
}

// ---- What takes long

TEST(OperatorJobs, AnOutcomeThatTakesLongIsAskedForAgain) {
  OperatorJobs jobs(std::chrono::milliseconds(1));
  std::promise<void> go;
  std::promise<Response> first;
  jobs.start(
      OperatorJobs::Lane::kChange,
      [&](const OperatorJobs::Progress& progress) {
        static_cast<void>(progress({.records = 42, .bytes = 7, .bytes_max = 9}));
        go.get_future().get();
        return Response{200, "done", {}};
      },
      [&](Response response) { first.set_value(std::move(response)); });
  const Response unfinished = first.get_future().get();
  EXPECT_EQ(unfinished.status, 202);
  json report = json::parse(unfinished.body);
  // Each answer comes when it is finished, or after the patience.
  const auto ask_again = [&] {
    std::promise<Response> next;
    jobs.wait(report["job"], [&](Response response) { next.set_value(std::move(response)); });
    return next.get_future().get().body;
  };
  while (report["records"] != 42) report = json::parse(ask_again());
  EXPECT_EQ(report["bytes"], 7);
  EXPECT_EQ(report["bytes_max"], 9);
  go.set_value();
  while (ask_again() != "done") {
  }
  std::promise<int> gone;
  jobs.wait(report["job"], [&](const Response& response) { gone.set_value(response.status); });
  EXPECT_EQ(gone.get_future().get(), 404) << "its outcome was told";
}

TEST(OperatorJobs, OneProofAtATimeAndChangesBesideIt) {
  OperatorJobs jobs;
  std::promise<void> go;
  std::promise<void> done;
  jobs.start(
      OperatorJobs::Lane::kProof,
      [&](const OperatorJobs::Progress&) {
        go.get_future().get();
        return Response{};
      },
      [&](const Response&) { done.set_value(); });
  const auto nothing = [](const OperatorJobs::Progress&) { return Response{}; };
  int status = 0;
  jobs.start(OperatorJobs::Lane::kProof, nothing,
             [&](const Response& response) { status = response.status; });
  EXPECT_EQ(status, 503);
  std::promise<int> change;
  jobs.start(OperatorJobs::Lane::kChange, nothing,
             [&](const Response& response) { change.set_value(response.status); });
  EXPECT_EQ(change.get_future().get(), 200);
  go.set_value();
  done.get_future().get();
  std::promise<int> second;
  jobs.start(OperatorJobs::Lane::kProof, nothing,
             [&](const Response& response) { second.set_value(response.status); });
  EXPECT_EQ(second.get_future().get(), 200);
}

TEST(OperatorJobs, StoppingEndsWhatIsUnderWayAndAnswersWhoWaits) {
  OperatorJobs jobs;
  std::promise<void> begun;
  std::promise<int> first;
  std::promise<int> second;
  jobs.start(
      OperatorJobs::Lane::kChange,
      [&](const OperatorJobs::Progress& progress) {
        begun.set_value();
        while (progress({})) std::this_thread::yield();
        return Response{500, "", {}};
      },
      [&](const Response& response) { first.set_value(response.status); });
  jobs.start(
      OperatorJobs::Lane::kChange, [](const OperatorJobs::Progress&) { return Response{}; },
      [&](const Response& response) { second.set_value(response.status); });
  begun.get_future().get();
  jobs.stop();
  EXPECT_EQ(first.get_future().get(), 500);
  EXPECT_EQ(second.get_future().get(), 503);
  int late = 0;
  jobs.start(
      OperatorJobs::Lane::kChange, [](const OperatorJobs::Progress&) { return Response{}; },
      [&](const Response& response) { late = response.status; });
  EXPECT_EQ(late, 503);
}

}  // namespace
}  // namespace cowrite::http
